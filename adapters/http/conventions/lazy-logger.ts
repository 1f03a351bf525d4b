import type { FastifyBaseLogger } from 'fastify';

type Level = 'debug' | 'error' | 'fatal' | 'info' | 'silent' | 'trace' | 'warn';

/**
 * The logger of a request, made when it is first written to.
 *
 * To make one takes longer than to verify a token that was seen before, and
 * with the log level of production hardly any request writes a line.
 *
 * @param bindings what each of its lines tells besides
 */
export function lazyLogger(parent: FastifyBaseLogger, bindings: Record<string, unknown>): FastifyBaseLogger {
  let made: FastifyBaseLogger | null = null;
  const child = (): FastifyBaseLogger => {
    made ??= parent.child(bindings);
    return made;
  };
  const writer =
    (level: Level): FastifyBaseLogger[Level] =>
    (...line: unknown[]) => {
      const logger = child();
      Reflect.apply(logger[level], logger, line);
    };
  return {
    level: parent.level,
    child: (more, options) => child().child(more, options),
    debug: writer('debug'),
    error: writer('error'),
    fatal: writer('fatal'),
    info: writer('info'),
    silent: writer('silent'),
    trace: writer('trace'),
    warn: writer('warn'),
  };
}
