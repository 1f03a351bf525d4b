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

/** What a client holds after signing in or refreshing. */
export type SignedIn = Readonly<{
  tenant: Tenant;
  user: User;
  session: Session;
  accessToken: string;
  accessTokenSeconds: number;
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
  const { user, session, tenant } = live;
  const now = deps.clock.now();
  const settings = effectiveSettings(tenant, deps.tenantDefaults);
  return {
    ...{ tenant, user, session },
    accessToken: signAccessToken(deps, live, settings, now),
    accessTokenSeconds: deps.accessTokenSeconds,
    refreshToken: writeRefreshToken(deps.macKeys, refreshToken),
    refreshTokenSeconds: Math.max(0, Math.round((session.expiresAt.getTime() - now.getTime()) / 1000)),
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
