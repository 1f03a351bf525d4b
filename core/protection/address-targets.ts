/** A wrong password that came from one network address and was meant for one account, or name that nobody has. */
export type AddressTarget = Readonly<{
  /** SHA-256 of the address, as guesses from it are counted. */
  address: Uint8Array;
  /** SHA-256 of what was typed as the name. */
  target: Uint8Array;
  /** How long it counts. */
  windowSeconds: number;
}>;

export type TargetsOfAddress = Readonly<{
  /** How many targets that count the address has by now, this one included; no more than {@link TARGETS_COUNTED_MAX}. */
  targets: number;
  /** Whether this one did not count before. */
  isNew: boolean;
}>;

/** No more targets of one address are ever counted: what is beyond tells nothing new. */
export const TARGETS_COUNTED_MAX = 100;

/** For whom wrong passwords from each network address were meant lately, in the unit of work's tenant. */
export interface AddressTargetRepository {
  /**
   * Notes a target of an address, which keeps it counting for another window.
   *
   * Whoever calls this holds the count of the address until the transaction
   * ends, as {@link AttemptRepository.fail} does: so of any number of failures
   * at once each is told of those before it, and each number is told once.
   */
  note(target: AddressTarget): Promise<TargetsOfAddress>;
}
