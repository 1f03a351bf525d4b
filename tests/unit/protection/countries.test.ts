import { describe, expect, it } from 'vitest';
import { circleOf, isCountry } from '../../../core/protection/countries.ts';
import { certainDistanceKm } from '../../../core/protection/distance.ts';
import { bundledCountries } from '../geo/bundled-countries.ts';
import { inCity, inCountry } from './sightings.ts';

/** Where capitals are, and cities far from them: degrees north and east. */
const CITIES = {
  ...{ Berlin: ['DE', 52.52, 13.405], Paris: ['FR', 48.8566, 2.3522], Ajaccio: ['FR', 41.9192, 8.7386] },
  ...{ Madrid: ['ES', 40.4168, -3.7038], 'Las Palmas': ['ES', 28.1235, -15.4363] },
  ...{ Lisbon: ['PT', 38.7223, -9.1393], 'Ponta Delgada': ['PT', 37.7412, -25.6756] },
  ...{ London: ['GB', 51.5074, -0.1278], Lerwick: ['GB', 60.1546, -1.1494], Oslo: ['NO', 59.9139, 10.7522] },
  ...{ Tromsø: ['NO', 69.6492, 18.9553], Rome: ['IT', 41.9028, 12.4964], Kyiv: ['UA', 50.4501, 30.5234] },
  ...{ Simferopol: ['UA', 44.9521, 34.1024], Moscow: ['RU', 55.7558, 37.6173] },
  ...{ Vladivostok: ['RU', 43.1155, 131.8855], Kaliningrad: ['RU', 54.7104, 20.4522] },
  ...{ Washington: ['US', 38.9072, -77.0369], Honolulu: ['US', 21.3069, -157.8583] },
  ...{ Anchorage: ['US', 61.2181, -149.9003], Ottawa: ['CA', 45.4215, -75.6972] },
  ...{ Vancouver: ['CA', 49.2827, -123.1207], Mexico: ['MX', 19.4326, -99.1332] },
  ...{ Brasília: ['BR', -15.7939, -47.8828], Recife: ['BR', -8.0476, -34.877] },
  ...{ 'Buenos Aires': ['AR', -34.6037, -58.3816], Ushuaia: ['AR', -54.8019, -68.303] },
  ...{ Santiago: ['CL', -33.4489, -70.6693], 'Hanga Roa': ['CL', -27.15, -109.4333] },
  ...{ Tokyo: ['JP', 35.6762, 139.6503], Naha: ['JP', 26.2124, 127.6809], Seoul: ['KR', 37.5665, 126.978] },
  ...{ Beijing: ['CN', 39.9042, 116.4074], Ürümqi: ['CN', 43.8256, 87.6168] },
  ...{ 'New Delhi': ['IN', 28.6139, 77.209], 'Port Blair': ['IN', 11.6234, 92.7265] },
  ...{ Jakarta: ['ID', -6.2088, 106.8456], Jayapura: ['ID', -2.5916, 140.669] },
  ...{ Singapore: ['SG', 1.3521, 103.8198], Bangkok: ['TH', 13.7563, 100.5018] },
  ...{ Canberra: ['AU', -35.2809, 149.13], Perth: ['AU', -31.9505, 115.8605] },
  ...{ Wellington: ['NZ', -41.2866, 174.7756], Suva: ['FJ', -18.1248, 178.4501] },
  ...{ Tarawa: ['KI', 1.3291, 172.979], Pretoria: ['ZA', -25.7479, 28.2293] },
  ...{ 'Cape Town': ['ZA', -33.9249, 18.4241], Nairobi: ['KE', -1.2921, 36.8219] },
  ...{ Cairo: ['EG', 30.0444, 31.2357], Lagos: ['NG', 6.5244, 3.3792], Reykjavík: ['IS', 64.1466, -21.9426] },
} as const satisfies Record<string, readonly [string, number, number]>;
type City = keyof typeof CITIES;

/** Capitals far apart, with the great circle between them in km, on an earth of its mean radius of 6,371 km. */
const FAR: readonly (readonly [from: City, to: City, km: number])[] = [
  ['Berlin', 'Canberra', 16_066],
  ['Berlin', 'Tokyo', 8_916],
  ['Berlin', 'Washington', 6_710],
  ['London', 'Wellington', 18_814],
  ['London', 'Pretoria', 9_027],
  ['Paris', 'Brasília', 8_725],
  ['Paris', 'Bangkok', 9_443],
  ['Madrid', 'Buenos Aires', 10_045],
  ['Oslo', 'Nairobi', 7_171],
  ['Rome', 'Santiago', 11_910],
  ['Seoul', 'Cairo', 8_486],
  ['Tokyo', 'Mexico', 11_310],
  ['Washington', 'Canberra', 15_944],
  ['Reykjavík', 'Singapore', 11_509],
];

describe('the table of countries', () => {
  it('holds every country of the bundled data', () => {
    const codes = bundledCountries();

    expect(codes.length).toBeGreaterThan(240);
    expect(codes.filter((code) => !isCountry(code))).toEqual([]);
  });

  it('holds no code that no country has', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const held = letters.flatMap((one) => letters.map((other) => one + other)).filter(isCountry);

    expect(held.filter((code) => !bundledCountries().includes(code))).toEqual([]);
    for (const none of ['EU', 'ZZ', 'A1', 'de', '', 'DEU', 'constructor']) {
      expect([none, isCountry(none), circleOf(none)]).toEqual([none, false, null]);
    }
  });

  it('has a middle on the globe, and a radius that is more than a city’s and less than a continent’s', () => {
    for (const code of bundledCountries()) {
      const { latitude, longitude, radiusKm } = circleOf(code) ?? {
        latitude: 999,
        longitude: 999,
        radiusKm: 0,
      };
      expect.soft([code, Math.abs(latitude) <= 90, Math.abs(longitude) <= 180]).toEqual([code, true, true]);
      expect.soft(radiusKm, code).toBeGreaterThanOrEqual(30);
      expect.soft(radiusKm, code).toBeLessThanOrEqual(4_900);
    }
  });

  it('has a circle about each country that all its cities are in', () => {
    for (const [city, [country, latitude, longitude]] of Object.entries(CITIES)) {
      const circle = circleOf(country);
      const middle = inCity('XX', circle?.latitude ?? 0, circle?.longitude ?? 0);
      const km = certainDistanceKm(middle, inCity(country, latitude, longitude));
      expect.soft(km, city).toBeLessThanOrEqual(circle?.radiusKm ?? 0);
    }
  });
});

describe('the certain distance', () => {
  it.each(FAR)('between the countries of %s and %s is some, and no more than %i km', (from, to, km) => {
    const certain = certainDistanceKm(countryOf(from), countryOf(to));

    expect(certain).toBeGreaterThan(1_000);
    expect(certain).toBeLessThanOrEqual(km);
  });

  it.each(FAR)('between the cities of %s and %s is a little less than %i km', (from, to, km) => {
    const certain = certainDistanceKm(placeOf(from), placeOf(to));

    expect(certain).toBeLessThanOrEqual(km);
    expect(certain).toBeGreaterThan(km * 0.985);
  });

  it('between two countries is never more than between two of their cities, and the same both ways', () => {
    const names = Object.keys(CITIES).filter(isCity);
    for (const from of names) {
      for (const to of names) {
        const certain = certainDistanceKm(countryOf(from), countryOf(to));
        expect
          .soft(certain, `${from} to ${to}`)
          .toBeLessThanOrEqual(certainDistanceKm(placeOf(from), placeOf(to)));
        expect.soft(certainDistanceKm(countryOf(to), countryOf(from))).toBeCloseTo(certain, 6);
        expect.soft(certain).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it.each([
    ['neighbours', inCountry('DE'), inCountry('FR')],
    ['a country and one inside it', inCountry('IT'), inCountry('VA')],
    ['a large country and its neighbours', inCountry('RU'), inCountry('CN')],
    ['a country and itself', inCountry('DE'), inCountry('DE')],
    ['two cities of one country', inCity('US', 34, -118), inCity('US', 40.7, -74)],
    ['a place and a code that no country has', inCountry('DE'), inCountry('ZZ')],
    ['two cities that are one', inCity('FR', 48.58, 7.75), inCity('DE', 48.58, 7.75)],
  ])('between %s is none', (_what, from, to) => {
    expect([certainDistanceKm(from, to), certainDistanceKm(to, from)]).toEqual([0, 0]);
  });

  it('takes coordinates without a city for no more than their country', () => {
    const middle = { ...inCity('FR', 46, 2), city: null };

    expect(certainDistanceKm(middle, inCity('ES', 36, -6))).toBe(0);
    expect(certainDistanceKm(inCity('ES', 36, -6), middle)).toBe(0);
    expect(certainDistanceKm({ ...inCity('FR', 46, 2), latitude: null }, inCity('ES', 36, -6))).toBe(0);
    expect(certainDistanceKm({ ...inCity('FR', 46, 2), longitude: null }, inCity('ES', 36, -6))).toBe(0);
  });

  it('crosses the date line the short way', () => {
    const km = certainDistanceKm(inCity('FJ', -18, 179.5), inCity('TO', -18, -179.5));

    expect(km).toBeGreaterThan(100);
    expect(km).toBeLessThan(107);
  });

  it('is half the way round the earth between opposite ends of it', () => {
    const km = certainDistanceKm(inCity('EC', 0, -90), inCity('IN', 0, 90));

    expect(km).toBeCloseTo(Math.PI * 6_335, 3);
  });
});

function placeOf(name: City) {
  const [country, latitude, longitude] = CITIES[name];
  return inCity(country, latitude, longitude);
}

function countryOf(name: City) {
  return inCountry(CITIES[name][0]);
}

function isCity(name: string): name is City {
  return name in CITIES;
}
