import { type AuditLog, userActor } from '../audit/index.ts';
import type { Clock, UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import {
  effectiveSettings,
  isNamed,
  type NamedTenant,
  type Tenant,
  type TenantDefaults,
  type TenantDirectory,
  TenantMismatch,
  TenantSuspended,
} from '../tenants/index.ts';
import { type AccessTokens, judgeClaims, type TokenSubject } from '../tokens/index.ts';
import type { SessionOwner } from './end-sessions.ts';
import { SessionRevoked, TokenExpired, TokenInvalid } from './errors.ts';
import type { LiveSession, SessionStore } from './ports.ts';

export type AuthenticateDeps = Readonly<{
  clock: Clock;
  accessTokens: AccessTokens;
  sessionStore: SessionStore;
  tenants: TenantDirectory;
  unitOfWork: UnitOfWork<Readonly<{ audit: AuditLog }>>;
  issuer: string;
  tenantDefaults: TenantDefaults;
}>;

/** Where a token was shown, for the tenant's check and the log. */
export type TokenUse = Readonly<{ named: NamedTenant; route: string; context: RequestContext }>;

/** Tells who an access token stands for. */
export interface Authenticate {
  /**
   * The live session behind a token, asked of the store each time.
   *
   * @throws {TokenInvalid} malformed, forged, or with claims that are not ours
   * @throws {TokenExpired}
   * @throws {SessionRevoked} the sign-in behind it has ended
   * @throws {TenantMismatch} the request names another tenant
   * @throws {TenantSuspended}
   */
  session(accessToken: string, use: TokenUse): Promise<LiveSession>;

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
  const { clock, accessTokens, issuer } = deps;
  const judge = (token: string) => {
    const payload = accessTokens.open(token);
    const verdict = payload && judgeClaims(payload, issuer, clock.now());
    if (!verdict || verdict.kind === 'invalid') throw new TokenInvalid();
    return verdict;
  };

  return {
    async session(accessToken, use) {
      const { kind, subject } = judge(accessToken);
      if (kind === 'expired') throw new TokenExpired();
      const { tenantId, sessionId, userId } = subject;
      const check = await deps.sessionStore.check(tenantId, sessionId, userId);
      if (check.kind === 'no_tenant') throw new TokenInvalid();
      if (check.kind === 'ended') throw new SessionRevoked();
      await refuseTenant(deps, check.tenant, subject, use);
      return check;
    },

    async endedSession(accessToken, use) {
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

async function refuseTenant(
  { tenantDefaults, unitOfWork }: AuthenticateDeps,
  tenant: Tenant,
  { audience, userId, sessionId }: TokenSubject,
  { named, route, context }: TokenUse,
): Promise<void> {
  if (effectiveSettings(tenant, tenantDefaults).audience !== audience) throw new TokenInvalid();
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
