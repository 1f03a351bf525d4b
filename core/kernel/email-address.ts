import type { Brand } from './brand.ts';

/** One address in its canonical form: the only form that is stored, compared and mailed to. */
export type EmailAddress = Brand<string, 'EmailAddress'>;

/** The longest address, in characters of its canonical form. */
export const LENGTH_MAX = 254; // RFC 5321, section 4.5.3.1.3, less the angle brackets
/** The longest part before the `@`. */
export const LOCAL_LENGTH_MAX = 64;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
// Quoted local parts, comments, lists and display names are all refused by these characters.
const LOCAL = /^[^\s\p{C}"(),:;<>@[\\\]]+$/u;

/**
 * The canonical form of one address, or `null` when `text` is not exactly one.
 *
 * Trimmed, the domain NFKC-normalised, all of it lower-cased: two spellings
 * that a mail server may deliver to one mailbox are one account here.
 */
export function parseEmailAddress(text: string): EmailAddress | null {
  const trimmed = text.trim();
  const at = trimmed.indexOf('@');
  if (at < 1 || at !== trimmed.lastIndexOf('@')) return null;
  const local = trimmed.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC');
  const domain = trimmed
    .slice(at + 1)
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC'); // lower-casing can make a pair that composes: J̌ has no letter of its own, ǰ has
  const address = `${local}@${domain}`;
  if (address.length > LENGTH_MAX || local.length > LOCAL_LENGTH_MAX) return null;
  if (!LOCAL.test(local) || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return null;
  return domain.split('.').every((label) => LABEL.test(label)) ? (address as EmailAddress) : null;
}
