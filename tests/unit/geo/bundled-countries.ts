import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The file of the bundled country data. */
export const BUNDLED_FILE = createRequire(import.meta.url).resolve(
  '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
);

/** Every code that stands in the bundled country data: each text of two capitals after a `country_code`. */
export function bundledCountries(): readonly string[] {
  const text = readFileSync(BUNDLED_FILE).toString('latin1');
  // The name is written out once; the other records point to it, and then hold a text (type 2) of two letters.
  const data = text.slice(text.lastIndexOf('country_code') - 2, text.lastIndexOf('MaxMind.com'));
  return [...new Set([...data.matchAll(/\x42([A-Z]{2})/g)].map(([, code = '']) => code))].sort();
}
