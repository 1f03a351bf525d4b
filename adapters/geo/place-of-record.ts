import { isCountry, type Place } from '../../core/protection/index.ts';

/**
 * Coordinates that may be further off are left out, so that the country alone
 * counts. Two of them at their worst then make the 100 km that a journey must
 * be longer than to be judged.
 */
const ACCURACY_MAX_KM = 50;

/**
 * The place that a record of a table of networks tells, or `null`.
 *
 * Understands the layout of MaxMind and DB-IP (`country.iso_code`,
 * `city.names.en`, `location.latitude`) and the flat one of ip-location-db
 * (`country_code`, `city`, `latitude`). What it does not understand is unknown.
 */
export function placeOfRecord(record: unknown): Place | null {
  const code = textAt(record, 'country', 'iso_code') ?? textAt(record, 'country_code');
  const country = code?.toUpperCase();
  if (country === undefined || !isCountry(country)) return null;
  const city = textAt(record, 'city', 'names', 'en') ?? textAt(record, 'city');
  return { country, city, ...coordinatesOf(record) };
}

function coordinatesOf(record: unknown): Pick<Place, 'latitude' | 'longitude'> {
  const latitude = degreesAt(record, 'latitude', 90);
  const longitude = degreesAt(record, 'longitude', 180);
  const accuracyKm = valueAt(record, 'location', 'accuracy_radius');
  const isFine = typeof accuracyKm !== 'number' || accuracyKm <= ACCURACY_MAX_KM;
  const isWhole = latitude !== null && longitude !== null;
  return isFine && isWhole ? { latitude, longitude } : { latitude: null, longitude: null };
}

function degreesAt(record: unknown, name: string, max: number): number | null {
  const value = valueAt(record, 'location', name) ?? valueAt(record, name);
  return typeof value === 'number' && Math.abs(value) <= max ? value : null;
}

function textAt(record: unknown, ...path: readonly string[]): string | null {
  const value = valueAt(record, ...path);
  return typeof value === 'string' && value !== '' ? value : null;
}

function valueAt(record: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), record);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
