import type { FastifyInstance } from 'fastify';

const LOOK_EVERY_MS = 50;
const CUT_AFTER_MS = 10_000;

/**
 * Lets connections go once the server closes, so that none holds up its end (rule 36).
 *
 * What is under way is answered, with word that the connection is not kept.
 * When nothing is, those that are still open are cut, the silent ones too.
 *
 * @param cutAfterMs when all are cut, though a body does not come or an answer
 *   is not taken; default is ten seconds
 */
export function registerClosing(server: FastifyInstance, cutAfterMs: number = CUT_AFTER_MS): void {
  let underWay = 0;
  let cutting: NodeJS.Timeout | undefined;

  server.addHook('onRequest', (_request, reply, next) => {
    underWay += 1;
    // The response's own end: it comes for a caller who goes away before the answer, too.
    reply.raw.on('close', () => {
      underWay -= 1;
    });
    next();
  });
  server.addHook('onSend', (_request, reply, _payload, next) => {
    if (cutting) void reply.header('connection', 'close');
    next();
  });
  server.addHook('preClose', (next) => {
    const closingSince = performance.now();
    cutting = setInterval(() => {
      if (underWay > 0 && performance.now() < closingSince + cutAfterMs) return;
      server.server.closeAllConnections();
    }, LOOK_EVERY_MS).unref();
    next();
  });
  server.addHook('onClose', (_server, done) => {
    clearInterval(cutting);
    done();
  });
}
