import { decodeBase64Url, encodeBase64Url } from '../kernel/base64url.ts';
import { concatBytes } from '../kernel/bytes.ts';
import type { SessionId, TenantId } from '../kernel/ids.ts';
import type { MacKeys } from '../kernel/ports.ts';
import { uuidFromBytes, uuidToBytes } from '../kernel/uuid.ts';

const VERSION = 1;
const PURPOSE = 'refresh';
const NUMBER_BYTES = 6;
export const REFRESH_SECRET_BYTES = 16;
const MAC_BYTES = 32;
const BODY_LENGTH = 1 + 4 + 16 + 16 + NUMBER_BYTES + REFRESH_SECRET_BYTES;
const TEXT_LENGTH = Math.ceil(((BODY_LENGTH + MAC_BYTES) * 8) / 6);

/** What a refresh token says: which session, and the how-manieth token of it this is. */
export type RefreshToken = Readonly<{
  tenantId: TenantId;
  sessionId: SessionId;
  /** 0 for the first; each use makes the next. */
  number: number;
  /** 128 random bits that only the token carries; the store has their SHA-256. */
  secret: Uint8Array;
}>;

/** `base64url(version ‖ key id ‖ tenant ‖ session ‖ number ‖ secret ‖ HMAC)`. */
export function writeRefreshToken(keys: MacKeys, token: RefreshToken): string {
  const body = concatBytes(
    Uint8Array.of(VERSION),
    keys.currentKeyId(),
    uuidToBytes(token.tenantId),
    uuidToBytes(token.sessionId),
    numberToBytes(token.number),
    token.secret,
  );
  return encodeBase64Url(concatBytes(body, keys.mac(PURPOSE, body).code));
}

/** What a genuine token says, or `null` for one that we did not write. Asks nobody. */
export function readRefreshToken(keys: MacKeys, text: string): RefreshToken | null {
  if (text.length !== TEXT_LENGTH) return null;
  const bytes = decodeBase64Url(text);
  if (bytes?.length !== BODY_LENGTH + MAC_BYTES || bytes[0] !== VERSION) return null;
  const body = bytes.slice(0, BODY_LENGTH);
  if (!keys.isValid(PURPOSE, body.slice(1, 5), body, bytes.slice(BODY_LENGTH))) return null;
  return {
    tenantId: uuidFromBytes(body.slice(5, 21)) as TenantId,
    sessionId: uuidFromBytes(body.slice(21, 37)) as SessionId,
    number: numberFromBytes(body.slice(37, 37 + NUMBER_BYTES)),
    secret: body.slice(37 + NUMBER_BYTES),
  };
}

/** The token that takes the place of `token` once it is spent. Derived, so a retry derives the same. */
export function successorOf(token: RefreshToken): RefreshToken {
  return { ...token, number: token.number + 1 };
}

function numberToBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  for (let index = NUMBER_BYTES - 1, rest = number; index >= 0; index -= 1, rest = Math.floor(rest / 256)) {
    bytes[index] = rest % 256;
  }
  return bytes;
}

function numberFromBytes(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}
