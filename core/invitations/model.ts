import type { EmailAddress } from '../kernel/email-address.ts';

/** A standing offer of an account. */
export type Invitation = Readonly<{
  id: string;
  /** Whom it is for; `null` for the first owner's, who names an address on accepting. */
  email: EmailAddress | null;
  roles: readonly string[];
}>;
