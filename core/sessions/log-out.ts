import type { AuditLog } from '../audit/index.ts';
import type { CryptoPrimitives, UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type SessionOwner, sessionEnded } from './end-sessions.ts';
import { changesBetween, contextChanged } from './note-context.ts';
import type { SessionRepository, StoredSession } from './ports.ts';
import { tokenRejected } from './refresh.ts';
import type { RefreshToken } from './refresh-token.ts';

type LogOutRepositories = Readonly<{ sessions: SessionRepository; audit: AuditLog }>;

export type LogOutDeps = Readonly<{
  unitOfWork: UnitOfWork<LogOutRepositories>;
  crypto: CryptoPrimitives;
  /** How long the newest spent refresh token is still good; 0: not at all. */
  graceSeconds: number;
}>;

/** What a sign-out came with. */
export type LogOutRequest = Readonly<{
  /** The genuine refresh token that the browser sent along; `null`: none, or more than one. */
  presented: RefreshToken | null;
  context: RequestContext;
}>;

/**
 * Ends the owner's own session. One that has ended already, or never was, changes nothing.
 *
 * A refresh token that came along is only looked at: it ends no other session
 * and is not spent, but one that would have been refused is told of.
 * Committed when it resolves.
 */
export type LogOut = (owner: SessionOwner, request: LogOutRequest) => Promise<void>;

export function createLogOut(deps: LogOutDeps): LogOut {
  return async (owner, { presented, context }) => {
    const { tenantId, userId, sessionId } = owner;
    const isForeign = presented !== null && presented.tenantId !== tenantId;
    await deps.unitOfWork.run(tenantId, async ({ sessions, audit }) => {
      const stored = await sessions.find(sessionId);
      if (presented && !isForeign)
        await tellOfToken(deps, { sessions, audit }, { owner, presented, context });
      if (!stored || !(await sessions.end(sessionId, 'logout'))) return;
      const reasons = changesBetween(stored.session, context);
      if (reasons.length > 0)
        await audit.record(contextChanged(stored.session, 'logout', { reasons, context }));
      await audit.record(sessionEnded(userId, sessionId, 'logout', context));
    });
    if (!presented || !isForeign) return;
    // Told where the token is from: the tenant that signs out learns nothing of the other.
    await deps.unitOfWork.run(presented.tenantId, (repositories) =>
      tellOfToken(deps, repositories, { owner, presented, context }),
    );
  };
}

type Look = Readonly<{ owner: SessionOwner; presented: RefreshToken; context: RequestContext }>;

async function tellOfToken(
  { crypto, graceSeconds }: LogOutDeps,
  { sessions, audit }: LogOutRepositories,
  { owner, presented, context }: Look,
): Promise<void> {
  const stored = await sessions.find(presented.sessionId);
  // A session that this tenant never had, or has forgotten, is nobody's story to tell.
  if (!stored || !crypto.equal(stored.secretHash, crypto.sha256(presented.secret))) return;
  const reason = strangerReason(presented, owner) ?? refusalOf(stored, presented.number, graceSeconds);
  if (reason === null) return;
  const data = { reason, user_id: stored.session.userId, at: 'logout' };
  await audit.record(tokenRejected(stored.session.id, data, context));
}

function strangerReason(presented: RefreshToken, owner: SessionOwner) {
  if (presented.tenantId !== owner.tenantId) return 'other_tenant';
  return presented.sessionId === owner.sessionId ? null : 'other_session';
}

/** Why a refresh with this number would be refused; `null`: it would not be. */
function refusalOf({ state, number, spentAgeMs }: StoredSession, presented: number, graceSeconds: number) {
  if (state !== 'live') return state;
  if (presented > number) return 'ahead';
  if (presented === number) return null;
  const isRepetition = presented === number - 1 && spentAgeMs !== null && spentAgeMs < graceSeconds * 1000;
  return isRepetition ? null : 'reused';
}
