import type { TenantId } from '../kernel/ids.ts';

/**
 * Argon2id (RFC 9106) in a bounded pool.
 *
 * Every call names the tenant that it works for. Where more is asked than can
 * be done, tenants take turns: one tenant's storm does not keep the others out.
 */
export interface PasswordHasher {
  /**
   * The PHC string of `password` under the parameters in force.
   *
   * @throws {Unavailable} the queue is full: nothing was hashed
   */
  hash(password: string, tenantId: TenantId): Promise<string>;

  /**
   * Whether `password` is the one that `phc` was made of; `false` for a `phc` that is no hash.
   *
   * @throws {Unavailable} the queue is full: nothing was compared
   */
  verify(phc: string, password: string, tenantId: TenantId): Promise<boolean>;

  /**
   * Takes the time of a comparison and finds nothing. For every path on which there is no hash to compare.
   *
   * @throws {Unavailable} as {@link PasswordHasher.verify} would
   */
  verifyNothing(tenantId: TenantId): Promise<false>;

  /** Whether `phc` was made under other parameters than those in force. */
  needsRehash(phc: string): boolean;
}

/** Passwords that attackers try first. */
export interface CommonPasswords {
  /** @param password lower-cased */
  has(password: string): boolean;
}
