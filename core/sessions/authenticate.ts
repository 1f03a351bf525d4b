import { type AuditLog, userActor } from '../audit/index.ts';
import type { Clock, UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { RevocationFeed } from '../revocation/index.ts';
import {
  audienceOf,
  isNamed,
  type NamedTenant,
  type Tenant,
  type TenantDirectory,
  TenantMismatch,
  TenantSuspended,
} from '../tenants/index.ts';
import { type AccessTokens, judgeClaims, type TokenSubject } from '../tokens/index.ts';
import type { SessionOwner } from './end-sessions.ts';
import { SessionRevoked, TokenExpired, TokenInvalid } from './errors.ts';
import type { LiveSession, SessionAge } from './ports.ts';
import type { RememberedSessions } from './remembered-sessions.ts';

export type AuthenticateDeps = Readonly<{
  clock: Clock;
  accessTokens: AccessTokens;
  sessions: RememberedSessions;
  feed: Pick<RevocationFeed, 'isFresh' | 'catchUp'>;
  tenants: TenantDirectory;
  unitOfWork: UnitOfWork<Readonly<{ audit: AuditLog }>>;
  issuer: string;
}>;

/** Where a token was shown, for the tenant's check and the log. */
export type TokenUse = Readonly<{ named: NamedTenant; route: string; context: RequestContext }>;

/** Tells who an access token stands for. */
export interface Authenticate {
  /**
   * The session behind a token, where it is known without asking anybody that
   * it was live at most a second ago and nothing is to be refused; else `null`,
   * for {@link Authenticate.session} to say why. For ordinary reads alone.
   */
  known(accessToken: string, named: NamedTenant): LiveSession | null;

  /**
   * The live session behind a token, asked of the store each time.
   *
   * @throws {TokenInvalid} malformed, forged, or with claims that are not ours
   * @throws {TokenExpired}
   * @throws {SessionRevoked} the sign-in behind it has ended
   * @throws {TenantMismatch} the request names another tenant
   * @throws {TenantSuspended}
   * @throws {Unavailable} nobody can be asked whether the token still holds
   */
  session(accessToken: string, use: TokenUse): Promise<LiveSession & SessionAge>;

  /**
   * Whose session a genuine token names, although it may have expired and its session may have ended.
   *
   * @throws {TokenInvalid}
   * @throws {TenantMismatch} the request names another tenant
   * @throws {TenantSuspended}
   */
  endedSession(accessToken: string, use: TokenUse): Promise<SessionOwner & Readonly<{ tenant: Tenant }>>;

  /**
   * Whom a genuine token names. Says nothing about whether that still holds.
   *
   * @throws {TokenInvalid}
   */
  subject(accessToken: string): TokenSubject;
}

export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const { clock, accessTokens, issuer, feed } = deps;
  const judge = (token: string) => {
    const payload = accessTokens.open(token);
    const verdict = payload && judgeClaims(payload, issuer, clock.now());
    if (!verdict || verdict.kind === 'invalid') throw new TokenInvalid();
    return verdict;
  };

  return {
    known(accessToken, named) {
      if (!feed.isFresh()) return null;
      const payload = accessTokens.open(accessToken);
      const verdict = payload && judgeClaims(payload, issuer, clock.now());
      if (verdict?.kind !== 'valid') return null;
      const live = deps.sessions.find(verdict.subject);
      return live && isFor(live.tenant, verdict.subject, named) ? live : null;
    },

    async session(accessToken, use) {
      // A token whose key was retired must not be good here for longer than elsewhere.
      if (!feed.isFresh()) await feed.catchUp();
      const { kind, subject } = judge(accessToken);
      if (kind === 'expired') throw new TokenExpired();
      const check = await deps.sessions.look(subject);
      if (check.kind === 'no_tenant') throw new TokenInvalid();
      if (check.kind === 'ended') throw new SessionRevoked();
      await refuseTenant(deps, check.tenant, subject, use);
      return check;
    },

    async endedSession(accessToken, use) {
      if (!feed.isFresh()) await feed.catchUp();
      const { subject } = judge(accessToken);
      const tenant = await deps.tenants.findById(subject.tenantId);
      if (!tenant) throw new TokenInvalid();
      await refuseTenant(deps, tenant, subject, use);
      const { tenantId, userId, sessionId } = subject;
      return { tenantId, userId, sessionId, tenant };
    },

    subject: (accessToken) => judge(accessToken).subject,
  };
}

/** Whether nothing about its tenant refuses a token. */
function isFor(tenant: Tenant, { audience }: TokenSubject, named: NamedTenant): boolean {
  return tenant.status === 'active' && audienceOf(tenant) === audience && isNamed(tenant, named);
}

async function refuseTenant(
  { unitOfWork }: AuthenticateDeps,
  tenant: Tenant,
  { audience, userId, sessionId }: TokenSubject,
  { named, route, context }: TokenUse,
): Promise<void> {
  if (audienceOf(tenant) !== audience) throw new TokenInvalid();
  if (!isNamed(tenant, named)) {
    await unitOfWork.run(tenant.id, ({ audit }) =>
      audit.recordOncePerMinute({
        type: 'access.denied',
        outcome: 'failure',
        actor: userActor(userId),
        target: { type: 'session', id: sessionId },
        context,
        data: { route, reason: 'tenant_mismatch' },
      }),
    );
    throw new TenantMismatch();
  }
  if (tenant.status === 'suspended') throw new TenantSuspended();
}
