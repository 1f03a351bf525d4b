/**
 * Audit: what happened, told in the transaction in which it happened.
 *
 * Holds one promise: a change and its event are committed together or not at
 * all, and nobody who serves requests can alter or remove an event afterwards.
 *
 * @module
 */
export {
  AUDIT_EVENT_TYPES,
  type AuditCategory,
  type AuditEventType,
  type AuditSeverity,
} from './event-types.ts';
export {
  ANONYMOUS,
  type AuditActor,
  type AuditTarget,
  type NewAuditEvent,
  OPERATOR,
  SYSTEM,
  userActor,
} from './model.ts';
export type { AuditLog } from './ports.ts';
