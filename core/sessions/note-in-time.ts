import type { SessionStore } from './ports.ts';

/** How little time a session may have left for it to wait until many are noted at once, in milliseconds. */
export const NOTE_IN_TIME_MS = 120_000;

/**
 * A look at sessions that writes down at once that one was seen which would
 * otherwise end before that is written for many: whoever came before the
 * inactivity limit is not signed out for it a moment later.
 */
export function noteInTime(store: Pick<SessionStore, 'look' | 'noteSeen'>): Pick<SessionStore, 'look'> {
  return {
    async look(tenantId, sessionId, userId) {
      const check = await store.look(tenantId, sessionId, userId);
      if (check.kind === 'live' && check.remainingMs < NOTE_IN_TIME_MS) {
        // It is a hint: what fails here is tried again with the others.
        await store.noteSeen([{ tenantId, sessionId, ageMs: 0 }]).catch(() => undefined);
      }
      return check;
    },
  };
}
