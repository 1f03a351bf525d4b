import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { Unavailable } from '../../../core/kernel/errors.ts';

/**
 * How late the event loop is on average before requests are turned away, in milliseconds.
 *
 * Far from what any work here brings about: by then nobody is answered within
 * a second any more. How busy the loop is does not count, for at full
 * throughput it is never idle, and memory does not, for the limit is the
 * container's to set.
 */
export const LATE_MAX_MS = 1_000;
/** Over which time the average is taken, in milliseconds. */
const SAMPLE_MS = 500;
const RETRY_AFTER_SECONDS = 1;

/**
 * Turns requests away with 503 while the event loop is too late to answer anybody in time.
 *
 * What is always on is served none the less: a process that is overloaded is
 * alive, its keys are wanted, and its metrics most of all.
 */
export async function registerPressure(server: FastifyInstance): Promise<void> {
  await server.register(underPressure, {
    maxEventLoopDelay: LATE_MAX_MS,
    sampleInterval: SAMPLE_MS,
    // Asynchronous, for a rejection is what the plugin hands on as the answer.
    pressureHandler: async (request, _reply, _kind, lateMs) => {
      if (request.routeOptions.config.isAlwaysOn) return;
      const cause = new Error(`The event loop is ${Math.round(lateMs ?? 0)} ms late`);
      throw new Unavailable(RETRY_AFTER_SECONDS, { cause });
    },
  });
}
