import type { EmailAddress } from '../kernel/email-address.ts';
import type { Locale } from '../kernel/locale.ts';
import type { Username } from '../users/index.ts';

/**
 * What somebody asked for while addresses must be verified first.
 *
 * Reserves nothing and blocks nobody: any number may be open for one address,
 * and the first whose link is used becomes the account.
 */
export type OpenRegistration = Readonly<{
  id: string;
  email: EmailAddress;
  passwordHash: string;
  name: string | null;
  username: Username | null;
  locale: Locale | null;
}>;
