import type { TenantId } from './ids.ts';

export interface Clock {
  now(): Date;
}

/** Random and digest primitives. The only cryptography that most rooms need. */
export interface CryptoPrimitives {
  /** A new UUIDv7 (RFC 9562, section 5.7): unique, and in order of creation to the millisecond. */
  newId(): string;
  /** `length` bytes from the operating system's secure source. */
  randomBytes(length: number): Uint8Array;
  sha256(bytes: Uint8Array): Uint8Array;
  /** Compares in time that depends on the lengths alone. */
  equal(left: Uint8Array, right: Uint8Array): boolean;
}

/**
 * Keeps secrets that must be read again later (RFC 5116 AEAD).
 *
 * Several keys may open; the newest seals. A box opens only with the `context`
 * that it was sealed with, so one copied to another row is worthless.
 */
export interface SecretBox {
  /** @param context table, tenant and row that the secret belongs to */
  seal(plain: Uint8Array, context: string): Uint8Array;
  /** @throws {SecretUnreadable} sealed under a key that is not ours, elsewhere, or altered */
  open(box: Uint8Array, context: string): Uint8Array;
  /** With these bytes begins every box that the newest key has sealed, and no other. */
  newestHead(): Uint8Array;
}

/** A box that none of the keys at hand can open. Says nothing of what is inside. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
  constructor() {
    super('A stored secret cannot be opened with the SECRET_KEY at hand');
  }
}

/** Makes and checks message authentication codes (HMAC-SHA-256) under keys derived per purpose. */
export interface MacKeys {
  /** The code of `message` under the newest key, and four bytes that name that key. */
  mac(purpose: string, message: Uint8Array): { readonly keyId: Uint8Array; readonly code: Uint8Array };
  /** The four bytes that name the key with which {@link MacKeys.mac} signs now. */
  currentKeyId(): Uint8Array;
  /** Whether `code` is that of `message` under the key of that name; constant in time. */
  isValid(purpose: string, keyId: Uint8Array, message: Uint8Array, code: Uint8Array): boolean;
}

/** One tenant's data, changed all together or not at all. */
export interface UnitOfWork<Repositories> {
  /**
   * Runs `work` in one transaction that sees `tenantId`'s rows and no others.
   *
   * Commits when `work` resolves and rolls back when it rejects, so a refusal
   * whose bookkeeping must last (a failed attempt, a revocation) is returned
   * from `work` as a value and thrown only after `run` has resolved.
   *
   * @throws {Unavailable} the database is away, overloaded or read-only; nothing has changed
   *   (or, when the connection broke during the commit, nobody can know)
   */
  run<T>(tenantId: TenantId, work: (repositories: Repositories) => Promise<T>): Promise<T>;
}
