import { type EmailAddress, parseEmailAddress } from '../../core/kernel/email-address.ts';
import { ValidationFailed } from '../../core/kernel/errors.ts';
import { type Locale, parseLocale } from '../../core/kernel/locale.ts';
import { type Identifier, parseIdentifier, parseUsername, type Username } from '../../core/users/index.ts';

const parserOf =
  <T>(parse: (text: string) => T | null, detail: string) =>
  (text: string, pointer: string): T => {
    const value = parse(text);
    if (value === null) throw new ValidationFailed([{ pointer, code: 'invalid', detail }]);
    return value;
  };

/** Each reads one field of a body into its domain type, or throws `ValidationFailed` naming the field. */
export const emailField: (text: string, pointer: string) => EmailAddress = parserOf(
  parseEmailAddress,
  'This is not one e-mail address',
);
export const identifierField: (text: string, pointer: string) => Identifier = parserOf(
  parseIdentifier,
  'This is neither an e-mail address nor a username',
);
export const usernameField: (text: string, pointer: string) => Username = parserOf(
  parseUsername,
  'A username is 3–32 of a–z, 0–9, ".", "_" and "-", a letter first',
);
export const localeField: (text: string, pointer: string) => Locale = parserOf(
  parseLocale,
  'This is not a BCP 47 language tag',
);

/** Reads a field that may be absent or `null`. */
export function optionalField<T>(
  text: string | null | undefined,
  pointer: string,
  read: (text: string, pointer: string) => T,
): T | null {
  return text === null || text === undefined ? null : read(text, pointer);
}
