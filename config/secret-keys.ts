import type { Parser } from './variable.ts';

/** The shortest text, in bytes, that may be a secret key. */
export const SECRET_KEY_BYTES_MIN = 32;

/** Stands where a document needs a key. Whoever copies it is refused in staging and production. */
export const EXAMPLE_SECRET_KEY = 'replace-me-with-what-config-generate-secret-prints';

/** Every secret key that stands in a document or an example file of ours: the whole world knows them. */
export const EXAMPLE_SECRET_KEYS: readonly string[] = [EXAMPLE_SECRET_KEY];

/** One or more keys separated by commas, newest first. */
export const secretKeys: Parser<readonly string[]> = {
  values: `random text of at least ${SECRET_KEY_BYTES_MIN} bytes; several are separated by commas, newest first`,
  parse(text) {
    const keys = entriesOf(text);
    const short = positionsWhere(keys, (key) => Buffer.byteLength(key) < SECRET_KEY_BYTES_MIN);
    return short ? { reason: `${short} shorter than ${SECRET_KEY_BYTES_MIN} bytes` } : { value: keys };
  },
};

/** Why these keys are worthless to an attacker's patience, or `null`. */
export function refuseGuessableKeys(text: string): string | null {
  const keys = entriesOf(text);
  const repeated = positionsWhere(keys, (key) => new Set(key).size === 1);
  if (repeated) return `${repeated} one repeated character`;
  const known = positionsWhere(keys, (key) => EXAMPLE_SECRET_KEYS.includes(key));
  return known ? `${known} copied from our own examples, which everybody can read` : null;
}

function entriesOf(text: string): string[] {
  return text.split(',').map((entry) => entry.trim());
}

function positionsWhere(keys: readonly string[], isBad: (key: string) => boolean): string | null {
  const positions = keys.flatMap((key, index) => (isBad(key) ? [index + 1] : []));
  if (positions.length === 0) return null;
  if (keys.length === 1) return 'is';
  return positions.length === 1
    ? `has an entry (number ${positions[0]}) that is`
    : `has entries (numbers ${positions.join(', ')}) that are`;
}
