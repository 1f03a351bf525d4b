import type { Place, PlaceFinder } from '../../core/protection/index.ts';

/** The text by which people are told where a network address is; `null` where nobody knows. */
export type LocationOf = (ip: string | null) => string | null;

const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

/** Tells locations by the places that a finder knows. */
export function createLocationOf(places: PlaceFinder): LocationOf {
  return (ip) => {
    const place = ip === null ? null : places.find(ip);
    return place && describePlace(place);
  };
}

/** City and country, or the country alone, in English. */
function describePlace({ city, country }: Place): string {
  const name = COUNTRY_NAMES.of(country) ?? country;
  return city === null ? name : `${city}, ${name}`;
}
