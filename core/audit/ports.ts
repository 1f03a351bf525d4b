import type { NewAuditEvent } from './model.ts';

/** The tenant's append-only log, written in the transaction of what it records. */
export interface AuditLog {
  record(event: NewAuditEvent): Promise<void>;

  /**
   * As {@link AuditLog.record}, unless an event of the same type, actor and
   * `data.route` was recorded in the last minute. Concurrent calls record one.
   */
  recordOncePerMinute(event: NewAuditEvent & { readonly data: { readonly route: string } }): Promise<void>;
}
