import { expect, it } from 'vitest';
import { createLocationOf } from '../../../adapters/http/location.ts';
import { createPlaces } from '../../../adapters/memory/places.ts';
import type { Place } from '../../../core/protection/index.ts';

const COUNTRY_ALONE = { city: null, latitude: null, longitude: null };
const LEIPZIG = { country: 'DE', city: 'Leipzig', latitude: 51.34, longitude: 12.38 };

const locationOf = createLocationOf(
  createPlaces(
    new Map<string, Place>([
      ['81.2.69.142', { country: 'GB', ...COUNTRY_ALONE }],
      ['80.82.77.1', LEIPZIG],
      ['46.99.0.1', { country: 'XK', ...COUNTRY_ALONE }],
    ]),
  ),
);

it.each([
  ['81.2.69.142', 'United Kingdom'],
  ['80.82.77.1', 'Leipzig, Germany'],
  ['46.99.0.1', 'Kosovo'],
  ['192.168.1.1', null],
  ['', null],
  [null, null],
])('tells people of %j that it is in %j', (ip, location) => {
  expect(locationOf(ip)).toBe(location);
});
