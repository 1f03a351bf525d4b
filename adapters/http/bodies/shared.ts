import { type Static, type TSchema, Type } from 'typebox';

/**
 * A field that may also be `null`.
 *
 * Said by `type` and not by `anyOf`, for which each answer would be validated
 * on its way out to find the branch.
 */
export function nullable<T extends TSchema & Readonly<{ type: string }>>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, type: [schema.type, 'null'] });
}

/** One of a closed list of words. By `enum` and not by `anyOf`, for the same reason. */
export function oneOf<const Word extends string>(words: readonly Word[], options: object = {}) {
  return Type.Unsafe<Word>({ type: 'string', enum: words, ...options });
}

/** RFC 3339 in UTC with milliseconds. */
export const TIMESTAMP = { format: 'date-time', examples: ['2026-01-15T10:00:00.000Z'] } as const;
export const Timestamp = Type.String(TIMESTAMP);
/** How a sign-in was proved (RFC 8176). */
export const Methods = Type.Array(Type.String({ examples: ['pwd'] }), {
  description: 'How the user proved who they are (RFC 8176)',
});
export const AssuranceLevel = Type.Integer({
  minimum: 1,
  maximum: 2,
  description: '2 where two factors were proved',
  examples: [1],
});
export const Id = Type.String({ format: 'uuid', examples: ['0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'] });
