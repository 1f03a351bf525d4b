import type { Clock, CryptoPrimitives, MacKeys } from '../kernel/ports.ts';
import {
  type EffectiveSettings,
  effectiveSettings,
  type Tenant,
  type TenantDefaults,
} from '../tenants/index.ts';
import type { AccessTokens } from '../tokens/index.ts';
import type { User } from '../users/index.ts';
import type { Session } from './model.ts';
import type { LiveSession } from './ports.ts';
import { type RefreshToken, writeRefreshToken } from './refresh-token.ts';

/** What opens routes in the name of a session, and whose it is. */
export type IssuedAccess = Readonly<{
  tenant: Tenant;
  user: User;
  session: Session;
  accessToken: string;
  accessTokenSeconds: number;
}>;

/** What a client holds after signing in or refreshing. */
export type SignedIn = IssuedAccess &
  Readonly<{
    refreshToken: string;
    /** How long the session lives if nothing more is heard of it: the cookie's `Max-Age`. */
    refreshTokenSeconds: number;
  }>;

export type IssueTokensDeps = Readonly<{
  clock: Clock;
  crypto: CryptoPrimitives;
  macKeys: MacKeys;
  accessTokens: AccessTokens;
  issuer: string;
  accessTokenSeconds: number;
  tenantDefaults: TenantDefaults;
}>;

/** Signs the access token of a session and writes its refresh token. */
export function issueTokens(deps: IssueTokensDeps, live: LiveSession, refreshToken: RefreshToken): SignedIn {
  const remainingMs = live.session.expiresAt.getTime() - deps.clock.now().getTime();
  return {
    ...issueAccessToken(deps, live),
    refreshToken: writeRefreshToken(deps.macKeys, refreshToken),
    refreshTokenSeconds: Math.max(0, Math.round(remainingMs / 1000)),
  };
}

/** Signs the access token of a session, which goes on with the refresh token that it has. */
export function issueAccessToken(deps: IssueTokensDeps, live: LiveSession): IssuedAccess {
  const { user, session, tenant } = live;
  const settings = effectiveSettings(tenant, deps.tenantDefaults);
  return {
    ...{ tenant, user, session },
    accessToken: signAccessToken(deps, live, settings, deps.clock.now()),
    accessTokenSeconds: deps.accessTokenSeconds,
  };
}

function signAccessToken(
  deps: IssueTokensDeps,
  { user, session, tenant }: LiveSession,
  settings: EffectiveSettings,
  now: Date,
): string {
  const iat = secondsOf(now);
  return deps.accessTokens.sign({
    iss: deps.issuer,
    aud: settings.audience,
    sub: user.id,
    uid: user.id,
    tid: tenant.id,
    sid: session.id,
    email: user.email,
    email_verified: user.emailVerified,
    roles: user.roles,
    amr: session.amr,
    aal: session.aal,
    auth_time: secondsOf(session.authTime),
    iat,
    exp: iat + deps.accessTokenSeconds,
    jti: deps.crypto.newId(),
  });
}

function secondsOf(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}
