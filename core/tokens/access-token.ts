import { parseId, type SessionId, type TenantId, type UserId } from '../kernel/ids.ts';

/** The payload of an access token, as a tenant's own servers read it. */
export type AccessTokenClaims = Readonly<{
  iss: string;
  aud: string;
  sub: UserId;
  uid: UserId;
  tid: TenantId;
  sid: SessionId;
  email: string;
  email_verified: boolean;
  roles: readonly string[];
  amr: readonly string[];
  aal: 1 | 2;
  /** Seconds since the epoch, as are `iat` and `exp`. */
  auth_time: number;
  iat: number;
  exp: number;
  jti: string;
}>;

/** Who a token says it is for. Whether that still holds, the session's row tells. */
export type TokenSubject = Readonly<{
  tenantId: TenantId;
  userId: UserId;
  sessionId: SessionId;
  audience: string;
}>;

export type TokenVerdict =
  | Readonly<{ kind: 'valid' | 'expired'; subject: TokenSubject }>
  | Readonly<{ kind: 'invalid' }>;

/** How far clocks may differ (RFC 7519, section 4.1.4). */
const CLOCK_TOLERANCE_SECONDS = 30;

/**
 * Judges the claims of a token whose signature and header are known to be good (RFC 9068, section 4).
 *
 * The audience is handed on, for only the tenant's row tells what it must be.
 */
export function judgeClaims(
  payload: Readonly<Record<string, unknown>>,
  issuer: string,
  now: Date,
): TokenVerdict {
  const tenantId = parseId<TenantId>(payload['tid']);
  const userId = parseId<UserId>(payload['sub']);
  const sessionId = parseId<SessionId>(payload['sid']);
  const { iss, aud, uid, iat, exp, nbf } = payload;
  const areOurs =
    iss === issuer && typeof aud === 'string' && uid === userId && isNumber(iat) && isNumber(exp);
  if (!tenantId || !userId || !sessionId || !areOurs) return { kind: 'invalid' };
  const nowSeconds = now.getTime() / 1000;
  const isEarly = [iat, nbf ?? iat].some(
    (from) => !isNumber(from) || from > nowSeconds + CLOCK_TOLERANCE_SECONDS,
  );
  if (isEarly) return { kind: 'invalid' };
  const kind = exp + CLOCK_TOLERANCE_SECONDS > nowSeconds ? 'valid' : 'expired';
  return { kind, subject: { tenantId, userId, sessionId, audience: aud } };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
