import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { concatBytes } from './bytes.ts';
import type { TenantId } from './ids.ts';
import type { CryptoPrimitives } from './ports.ts';
import { uuidFromBytes, uuidToBytes } from './uuid.ts';

const VERSION = 1;
const SECRET_BYTES = 24;
const TENANT_END = 2 + 16;
const LENGTH = TENANT_END + SECRET_BYTES;

/** What a one-time secret is for. The number stands in its text and never changes its meaning. */
export const ONE_TIME_KINDS = {
  verify_registration: 1,
  verify_account: 2,
  invitation: 3,
  first_owner: 4,
} as const;
export type OneTimeKind = keyof typeof ONE_TIME_KINDS;

export type OneTimeText = Readonly<{
  kind: OneTimeKind;
  tenantId: TenantId;
  /** SHA-256 of the whole text, kind and tenant included: all that is ever stored. */
  hash: Uint8Array;
}>;

/** Makes the text of a new one-time secret: it names its purpose and tenant, and holds 192 random bits. */
export function mintOneTimeText(
  crypto: CryptoPrimitives,
  kind: OneTimeKind,
  tenantId: TenantId,
): OneTimeText & { readonly text: string } {
  const bytes = concatBytes(
    Uint8Array.of(VERSION, ONE_TIME_KINDS[kind]),
    uuidToBytes(tenantId),
    crypto.randomBytes(SECRET_BYTES),
  );
  return { kind, tenantId, hash: crypto.sha256(bytes), text: encodeBase64Url(bytes) };
}

/** Reads what a client sent, or `null` when it cannot be one of ours. Proves nothing: ask the store. */
export function readOneTimeText(crypto: CryptoPrimitives, text: string): OneTimeText | null {
  if (text.length !== Math.ceil((LENGTH * 8) / 6)) return null;
  const bytes = decodeBase64Url(text);
  if (bytes?.length !== LENGTH || bytes[0] !== VERSION) return null;
  const kind = kindOf(bytes[1] ?? 0);
  if (kind === null) return null;
  return {
    kind,
    tenantId: uuidFromBytes(bytes.slice(2, TENANT_END)) as TenantId,
    hash: crypto.sha256(bytes),
  };
}

function kindOf(number: number): OneTimeKind | null {
  const found = Object.entries(ONE_TIME_KINDS).find(([, value]) => value === number);
  return found ? (found[0] as OneTimeKind) : null;
}
