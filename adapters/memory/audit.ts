import type { AuditLog, NewAuditEvent } from '../../core/audit/index.ts';
import type { AuditRow, RecordedEvent, RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

const QUIET_SECONDS = 60;

/** The audit log of one tenant, as a draft sees it. */
export function createAuditLog({ tables: { events }, clock, crypto }: RepositoryContext): AuditLog {
  const record = (event: NewAuditEvent): void => {
    events.set(crypto.newId(), { event: recorded(event), at: clock.now() });
  };

  return {
    async record(event) {
      record(event);
    },
    async recordOncePerMinute(event) {
      const isTold = [...events.values()].some((row) => isRepetition(row, event, clock.now()));
      if (!isTold) record(event);
    },
  };
}

function recorded({ type, outcome, actor, target, context, data, addresses }: NewAuditEvent): RecordedEvent {
  const { ip, userAgent } = context;
  return { type, outcome, actor, target, data: data ?? {}, ip, userAgent, addresses: addresses ?? {} };
}

function isRepetition({ event, at }: AuditRow, { type, actor, data }: NewAuditEvent, now: Date): boolean {
  return (
    event.type === type &&
    event.actor.type === actor.type &&
    event.actor.id === actor.id &&
    event.data['route'] === data?.['route'] &&
    now < secondsAfter(at, QUIET_SECONDS)
  );
}
