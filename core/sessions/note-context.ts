import { type AuditLog, type NewAuditEvent, userActor } from '../audit/index.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Outbox } from '../notifications/index.ts';
import type { Tenant } from '../tenants/index.ts';
import type { User } from '../users/index.ts';
import type { Session } from './model.ts';
import { networkOf } from './network.ts';
import type { LiveSession, SessionContext, SessionRepository } from './ports.ts';

/** What is not as it was when a session was used before: its user agent, or the network that its address is in. */
export type ContextChangeReason = 'user_agent' | 'network';

/** That a session goes on from elsewhere. */
export type ContextChange = Readonly<{
  tenant: Tenant;
  user: User;
  /** As it was before: what follows from where it is used now is in `to`. */
  session: Session;
  from: SessionContext;
  to: SessionContext;
  /** Of the request that brought it about. */
  context: RequestContext;
  /** At least one. */
  reasons: readonly ContextChangeReason[];
}>;

export type ContextRepositories = Readonly<{ sessions: SessionRepository; audit: AuditLog; outbox: Outbox }>;

/**
 * Told of a session that goes on from elsewhere, once for each change, inside
 * the unit of work that notes it: what it writes is committed with the note or
 * not at all, and what it throws undoes the note.
 */
export type OnContextChanged = (repositories: ContextRepositories, change: ContextChange) => Promise<void>;

export type NoteContextDeps = Readonly<{
  unitOfWork: UnitOfWork<ContextRepositories>;
  /** Default: nobody is told. */
  onContextChanged?: OnContextChanged;
}>;

/**
 * Notes from where a session that was just refreshed is used now, and tells of
 * it where that is another user agent or another network.
 *
 * Asks nobody where nothing has changed. Of any number of concurrent calls that
 * saw the same row one notes and tells.
 *
 * @returns the session as it is then
 */
export async function noteContext(
  { unitOfWork, onContextChanged = async () => undefined }: NoteContextDeps,
  { tenant, user, session }: LiveSession,
  context: RequestContext,
): Promise<Session> {
  const from = { ip: session.ip, userAgent: session.userAgent };
  // An address that the socket no longer tells is no other address.
  const to = { ip: context.ip ?? from.ip, userAgent: context.userAgent };
  if (from.ip === to.ip && from.userAgent === to.userAgent) return session;
  const reasons = changesBetween(from, to);
  await unitOfWork.run(tenant.id, async (repositories) => {
    const hasNoted = await repositories.sessions.noteContext(session.id, from, to);
    if (!hasNoted || reasons.length === 0) return;
    await repositories.audit.record(contextChanged(session, 'refresh', { reasons, context }));
    await onContextChanged(repositories, { tenant, user, session, from, to, context, reasons });
  });
  return { ...session, ...to };
}

/** In what two contexts differ. An address that is not known is not known to differ. */
export function changesBetween(from: SessionContext, to: SessionContext): readonly ContextChangeReason[] {
  const isElsewhere = from.ip !== null && to.ip !== null && networkOf(from.ip) !== networkOf(to.ip);
  return [
    ...(from.userAgent === to.userAgent ? [] : (['user_agent'] as const)),
    ...(isElsewhere ? (['network'] as const) : []),
  ];
}

/** The event that tells of a session which goes on, or ends, from elsewhere. Its addresses are in the personal part alone. */
export function contextChanged(
  { id, userId }: Pick<Session, 'id' | 'userId'>,
  at: 'refresh' | 'logout',
  { reasons, context }: Pick<ContextChange, 'reasons' | 'context'>,
): NewAuditEvent {
  const target = { type: 'session', id };
  const data = { reason: reasons, at };
  return {
    type: 'session.context_changed',
    outcome: 'success',
    actor: userActor(userId),
    target,
    context,
    data,
  };
}
