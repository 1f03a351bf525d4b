import { type EmailAddress, parseEmailAddress } from '../../core/kernel/email-address.ts';
import { type Locale, parseLocale } from '../../core/kernel/locale.ts';
import { parseTenantSlug, type TenantSlug } from '../../core/tenants/index.ts';
import { parseUsername, type Username } from '../../core/users/index.ts';

/** The address in `text`, which a test knows to be one. */
export const email = (text: string): EmailAddress => orThrow(text, parseEmailAddress(text));

/** The username in `text`, which a test knows to be one. */
export const username = (text: string): Username => orThrow(text, parseUsername(text));

/** The slug in `text`, which a test knows to be one. */
export const tenantSlug = (text: string): TenantSlug => orThrow(text, parseTenantSlug(text));

/** The language tag in `text`, which a test knows to be one. */
export const locale = (text: string): Locale => orThrow(text, parseLocale(text));

function orThrow<T>(text: string, parsed: T | null): T {
  if (parsed === null) throw new Error(`A test was written with a value that does not parse: ${text}`);
  return parsed;
}
