import type { HeaderName } from './headers.ts';
import type { ParameterName } from './parameters.ts';

/** Bodies by a name of their own, each with a line that says what it shows. The first is the one that pages print. */
export type Examples = Readonly<Record<string, Readonly<{ summary: string; value: unknown }>>>;

/**
 * What the OpenAPI document shows of an operation beside its schemas.
 *
 * It stands apart from them, for schemas are compiled and examples are only read.
 * What all operations of a kind have in common is added by {@link completeDocument}.
 */
export type Shown = Readonly<{
  /** Bodies that a request may have. */
  requests?: Examples;
  /** Bodies of answers by status; of refusals they are made from the catalogue. */
  answers?: Readonly<Record<number, Examples>>;
  /** Headers of answers by status. */
  headers?: Readonly<Record<number, readonly HeaderName[]>>;
  /** Headers and cookies that a request may have. */
  parameters?: readonly ParameterName[];
}>;

declare module 'fastify' {
  interface FastifySchema {
    shown?: Shown;
  }
}

/** The examples of what has only one form. */
export function only(summary: string, value: unknown): Examples {
  return { example: { summary, value } };
}
