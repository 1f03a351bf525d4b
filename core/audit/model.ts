import type { RequestContext } from '../kernel/request-context.ts';
import type { AuditEventType } from './event-types.ts';

export type AuditActor =
  | Readonly<{ type: 'user'; id: string }>
  /** Whoever runs the command line. */
  | Readonly<{ type: 'operator'; id: null }>
  /** Someone who has not shown who they are. */
  | Readonly<{ type: 'anonymous'; id: null }>
  /** Gatehouse itself. */
  | Readonly<{ type: 'system'; id: null }>;

export type AuditTarget = Readonly<{ type: string; id: string | null }>;

/** What is told of a deed. Category and severity follow from the type. */
export type NewAuditEvent = Readonly<{
  type: AuditEventType;
  outcome: 'success' | 'failure';
  actor: AuditActor;
  target: AuditTarget;
  context: RequestContext;
  /** Facts without secrets and without personal data; erasing a person must not change it. */
  data?: Readonly<Record<string, unknown>>;
  /** Mail addresses and names typed. Kept with the IP address, apart from the event, so that they can be erased. */
  addresses?: Readonly<Record<string, string>>;
}>;

export const ANONYMOUS: AuditActor = { type: 'anonymous', id: null };
export const OPERATOR: AuditActor = { type: 'operator', id: null };
export const SYSTEM: AuditActor = { type: 'system', id: null };

/** A user as the actor of a deed. */
export function userActor(id: string): AuditActor {
  return { type: 'user', id };
}
