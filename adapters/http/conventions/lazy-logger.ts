import type { FastifyBaseLogger } from 'fastify';

type Line = Parameters<FastifyBaseLogger['info']>;

/**
 * The logger of a request, made when it is first written to.
 *
 * To make one takes longer than to verify a token that was seen before, and
 * with the log level of production hardly any request writes a line.
 *
 * @param bindings what each of its lines tells besides
 */
export function lazyLogger(parent: FastifyBaseLogger, bindings: Record<string, unknown>): FastifyBaseLogger {
  return new LazyLogger(parent, bindings);
}

/** A class, for its methods are made once and not for each request. */
class LazyLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Record<string, unknown>;
  #made: FastifyBaseLogger | null = null;

  constructor(parent: FastifyBaseLogger, bindings: Record<string, unknown>) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get level(): FastifyBaseLogger['level'] {
    return this.#parent.level;
  }

  child(...more: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#logger.child(...more);
  }
  debug(...line: unknown[]): void {
    this.#logger.debug(...(line as Line));
  }
  error(...line: unknown[]): void {
    this.#logger.error(...(line as Line));
  }
  fatal(...line: unknown[]): void {
    this.#logger.fatal(...(line as Line));
  }
  info(...line: unknown[]): void {
    this.#logger.info(...(line as Line));
  }
  silent(...line: unknown[]): void {
    this.#logger.silent(...(line as Line));
  }
  trace(...line: unknown[]): void {
    this.#logger.trace(...(line as Line));
  }
  warn(...line: unknown[]): void {
    this.#logger.warn(...(line as Line));
  }

  get #logger(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings);
    return this.#made;
  }
}
