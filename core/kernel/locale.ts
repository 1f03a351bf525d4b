import type { Brand } from './brand.ts';

/** A BCP 47 language tag in its canonical spelling. */
export type Locale = Brand<string, 'Locale'>;

const LENGTH_MAX = 35; // RFC 5646, section 4.4.1

/** The canonical form of a language tag, or `null` when `text` is none. */
export function parseLocale(text: string): Locale | null {
  if (text.length > LENGTH_MAX) return null;
  try {
    const [tag] = Intl.getCanonicalLocales(text);
    return tag === undefined ? null : (tag as Locale);
  } catch {
    return null;
  }
}
