import { circleOf } from './countries.ts';
import type { Place } from './places.ts';

/**
 * The smallest radius that the earth's surface is curved with, along a meridian at the
 * equator (WGS 84), and not its mean radius of 6,371 km: so no distance comes
 * out longer than it is on the ground, and none more than 1 % shorter.
 */
const EARTH_RADIUS_KM = 6_335;

type Point = Readonly<{ latitude: number; longitude: number }>;

/**
 * How far apart two places are at least, in km along the ground. 0: nothing is certain.
 *
 * From city to city where both are known, else from the edge of one country's
 * circle to the edge of the other's. Within one country it is always 0:
 * telephone networks let their subscribers out at a few gateways, so that a
 * change from the wireless network at home to the telephone's looks like a
 * journey across the country.
 */
export function certainDistanceKm(from: Place, to: Place): number {
  if (from.country === to.country) return 0;
  const [here, there] = [cityOf(from), cityOf(to)];
  if (here && there) return greatCircleKm(here, there);
  const [circle, other] = [circleOf(from.country), circleOf(to.country)];
  if (!circle || !other) return 0;
  return Math.max(0, greatCircleKm(circle, other) - circle.radiusKm - other.radiusKm);
}

/** Coordinates without a city are the middle of a country, and say nothing of where in it. */
function cityOf({ city, latitude, longitude }: Place): Point | null {
  return city === null || latitude === null || longitude === null ? null : { latitude, longitude };
}

/** Along the great circle, by the haversine formula, which is exact for near points too. */
function greatCircleKm(from: Point, to: Point): number {
  const north = haversine(to.latitude - from.latitude);
  const east = haversine(to.longitude - from.longitude);
  const chord = north + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * east;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function haversine(degrees: number): number {
  return Math.sin(radians(degrees) / 2) ** 2;
}

function radians(degrees: number): number {
  return (degrees / 180) * Math.PI;
}
