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

/** What of a payload is the same at any time; `null`: it is not one of ours. */
type Facts = Readonly<{ subject: TokenSubject; notBefore: number; expiresAt: number }> | null;

/** Payloads that were judged before: one that is remembered by its token comes back as the same object. */
const knownFacts = new WeakMap<object, Readonly<{ issuer: string; facts: Facts }>>();

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
  const facts = factsOf(payload, issuer);
  const nowSeconds = now.getTime() / 1000;
  if (!facts || facts.notBefore > nowSeconds + CLOCK_TOLERANCE_SECONDS) return { kind: 'invalid' };
  const kind = facts.expiresAt + CLOCK_TOLERANCE_SECONDS > nowSeconds ? 'valid' : 'expired';
  return { kind, subject: facts.subject };
}

function factsOf(payload: Readonly<Record<string, unknown>>, issuer: string): Facts {
  const known = knownFacts.get(payload);
  if (known?.issuer === issuer) return known.facts;
  const facts = readFacts(payload, issuer);
  // A payload that somebody may still change is not the same at any time.
  if (Object.isFrozen(payload)) knownFacts.set(payload, { issuer, facts });
  return facts;
}

function readFacts(payload: Readonly<Record<string, unknown>>, issuer: string): Facts {
  const tenantId = parseId<TenantId>(payload['tid']);
  const userId = parseId<UserId>(payload['sub']);
  const sessionId = parseId<SessionId>(payload['sid']);
  const { iss, aud, uid, iat, exp, nbf } = payload;
  const areOurs = iss === issuer && typeof aud === 'string' && uid === userId;
  if (!tenantId || !userId || !sessionId || !areOurs) return null;
  const from = nbf ?? iat;
  if (!isNumber(iat) || !isNumber(exp) || !isNumber(from)) return null;
  const subject = { tenantId, userId, sessionId, audience: aud };
  return { subject, notBefore: Math.max(iat, from), expiresAt: exp };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
