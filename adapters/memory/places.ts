import type { Place, PlaceFinder } from '../../core/protection/index.ts';

/** Finds the places that it was given, by the address as text. All others are unknown. */
export function createPlaces(places: ReadonlyMap<string, Place>): PlaceFinder {
  return { find: (ip) => places.get(ip.replace(/^::ffff:(?=[\d.]+$)/i, '')) ?? null };
}
