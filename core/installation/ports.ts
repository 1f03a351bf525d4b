/** How far one has come with looking through the waiting mails. Only the store that gave it knows what it says. */
export type SealedMailsMark = string;

/** The secrets of waiting mails, in their boxes. Of all tenants. */
export interface SealedMails {
  /**
   * Puts the secrets of a few mails, which an older `SECRET_KEY` sealed, into
   * boxes of the newest. A mail that is being sent, changed or erased at this
   * moment is passed over, and nobody waits for another.
   *
   * @param after where to go on; `null` from the beginning
   * @returns how many, how many of those it looked at are left, and where to go
   *   on, `null` at the end
   */
  reseal(
    after: SealedMailsMark | null,
  ): Promise<Readonly<{ resealed: number; left: number; next: SealedMailsMark | null }>>;
}
