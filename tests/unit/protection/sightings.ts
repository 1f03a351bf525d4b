import type { Place, Sighting } from '../../../core/protection/index.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const NOON_MS = Date.UTC(2026, 10, 22, 12);

/** Somewhere in a country. */
export function inCountry(country: string): Place {
  return { country, city: null, latitude: null, longitude: null };
}

/** A city, by degrees north and east. */
export function inCity(country: string, latitude: number, longitude: number): Place {
  return { country, city: 'Somewhere', latitude, longitude };
}

/** Firefox on Windows at noon, from nobody knows where, unless told otherwise. */
export function sighting(facts: Partial<Sighting> = {}): Sighting {
  return {
    ...{ atMs: NOON_MS, ip: '81.2.69.142', place: null },
    ...{ userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0', browser: 'Firefox', os: 'Windows' },
    deviceName: null,
    ...facts,
  };
}
