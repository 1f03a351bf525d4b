import { ANONYMOUS, type NewAuditEvent, userActor } from '../audit/index.ts';
import { Unavailable } from '../kernel/errors.ts';
import type { SessionId, UserId } from '../kernel/ids.ts';
import type { CryptoPrimitives, MacKeys, UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { PlaceFinder } from '../protection/index.ts';
import {
  isNamed,
  type NamedTenant,
  type TenantDirectory,
  TenantMismatch,
  TenantSuspended,
} from '../tenants/index.ts';
import type { UserRepository } from '../users/index.ts';
import { RefreshTokenInvalid } from './errors.ts';
import { type IssueTokensDeps, issueTokens, type SignedIn } from './issue-tokens.ts';
import type { Session } from './model.ts';
import { type ContextRepositories, type NoteContextDeps, noteContext } from './note-context.ts';
import type { LiveSession, RotationOutcome, SessionStore } from './ports.ts';
import { type RefreshToken, readRefreshToken, successorOf } from './refresh-token.ts';
import type { RememberedSessions } from './remembered-sessions.ts';
import { mailOfTheft } from './tell-of-theft.ts';

export type RefreshRepositories = ContextRepositories & Readonly<{ users: UserRepository }>;

export type RefreshDeps = IssueTokensDeps &
  Omit<NoteContextDeps, 'unitOfWork'> &
  Readonly<{
    unitOfWork: UnitOfWork<RefreshRepositories>;
    sessionStore: SessionStore;
    /** What is remembered of a session: its limits are others after a rotation. */
    sessions: Pick<RememberedSessions, 'forget'>;
    tenants: TenantDirectory;
    crypto: CryptoPrimitives;
    macKeys: MacKeys;
    places: PlaceFinder;
    /** Told why it could not be noted from where a session goes on. */
    onNoteLost(error: unknown): void;
  }>;

/**
 * Exchanges a refresh token for the next one and an access token.
 *
 * A token works once. The newest spent one again, shortly after and with its
 * successor unused, yields the same successor: a lost answer or a second tab
 * harms nothing. An older one means that somebody else holds a copy, so the
 * session ends and its owner is told, and that is committed before the refusal
 * (RFC 9700, section 4.14.2).
 *
 * @throws {RefreshTokenInvalid} for whatever reason
 * @throws {TenantMismatch} the request names another tenant; nothing was spent
 * @throws {TenantSuspended} nothing was spent
 * @throws {Unavailable} this process can sign no access token: nothing was spent
 */
export type Refresh = (token: RefreshToken, use: RefreshUse) => Promise<SignedIn>;

/** Where a refresh token was shown. */
export type RefreshUse = Readonly<{ named: NamedTenant; context: RequestContext }>;

export function createRefresh(deps: RefreshDeps): Refresh {
  return async (token, use) => {
    // A token that was spent for nothing would count as stolen when its owner comes back with it.
    if (!deps.accessTokens.canSign()) throw new Unavailable();
    await refuseOtherTenant(deps, token, use);
    const { tenantId, sessionId, number, secret } = token;
    const secretHash = deps.crypto.sha256(secret);
    const outcome = await deps.sessionStore.rotate({ tenantId, sessionId, number, secretHash });
    if (outcome.kind === 'rotated') {
      deps.sessions.forget(sessionId);
      const session = await noteOrLose(deps, outcome, use.context);
      return issueTokens(deps, { ...outcome, session }, successorOf(token));
    }
    if (outcome.kind === 'repeated') return issueTokens(deps, outcome, successorOf(token));
    await noteRefusal(deps, token, outcome, use.context);
    throw outcome.kind === 'tenant_suspended' ? new TenantSuspended() : new RefreshTokenInvalid();
  };
}

/**
 * The token is spent by now: who is refused for want of a note would come back
 * with a spent token. What is not noted differs at the next refresh as well.
 */
async function noteOrLose(deps: RefreshDeps, live: LiveSession, context: RequestContext): Promise<Session> {
  try {
    return await noteContext(deps, live, context);
  } catch (error) {
    deps.onNoteLost(error);
    return live.session;
  }
}

/** What a genuine token says, or `null`. Asks nobody: forged tokens cost no I/O. */
export function createReadRefreshToken(macKeys: MacKeys): (text: string) => RefreshToken | null {
  return (text) => readRefreshToken(macKeys, text);
}

/** Without `X-Tenant` there is nothing to disagree with, and the rotation itself looks at the tenant. */
async function refuseOtherTenant(
  { unitOfWork, tenants }: RefreshDeps,
  { tenantId, sessionId }: RefreshToken,
  { named, context }: RefreshUse,
): Promise<void> {
  if (named === null) return;
  const tenant = await tenants.findById(tenantId);
  if (!tenant) throw new RefreshTokenInvalid();
  if (isNamed(tenant, named)) return;
  await unitOfWork.run(tenantId, ({ audit }) =>
    audit.record(tokenRejected(sessionId, { reason: 'tenant_mismatch', at: 'refresh' }, context)),
  );
  throw new TenantMismatch();
}

type Refused = Exclude<RotationOutcome, Readonly<{ kind: 'rotated' | 'repeated' }>>;

async function noteRefusal(
  { unitOfWork, places }: RefreshDeps,
  { tenantId, sessionId }: RefreshToken,
  outcome: Refused,
  context: RequestContext,
): Promise<void> {
  // A session that this tenant never had, or has forgotten, is nobody's story to tell.
  if (outcome.kind === 'unknown') return;
  await unitOfWork.run(tenantId, async (repositories) => {
    const { sessions, audit } = repositories;
    if (outcome.kind === 'reused' && (await sessions.end(sessionId, 'refresh_token_reused'))) {
      await audit.record(reuse(sessionId, outcome.userId, context));
      return mailOfTheft(places, repositories, outcome.userId, context);
    }
    return audit.record(tokenRejected(sessionId, { ...reasonOf(outcome), at: 'refresh' }, context));
  });
}

function reasonOf(outcome: Exclude<Refused, Readonly<{ kind: 'unknown' }>>) {
  if (outcome.kind === 'tenant_suspended') return { reason: outcome.kind };
  // Of several late tokens at once one ended the session; the others find it ended.
  const reason = outcome.kind === 'rejected' ? outcome.reason : 'ended';
  return { reason, user_id: outcome.userId };
}

function reuse(sessionId: SessionId, userId: UserId, context: RequestContext): NewAuditEvent {
  const target = { type: 'session', id: sessionId };
  const type = 'session.refresh_token_reused';
  return { type, outcome: 'failure', actor: userActor(userId), target, context };
}

/** The event that tells of a genuine refresh token which was, or would have been, refused. */
export function tokenRejected(
  sessionId: SessionId,
  data: Readonly<Record<string, string>>,
  context: RequestContext,
): NewAuditEvent {
  const target = { type: 'session', id: sessionId };
  const type = 'session.refresh_token_rejected';
  return { type, outcome: 'failure', actor: ANONYMOUS, target, context, data };
}
