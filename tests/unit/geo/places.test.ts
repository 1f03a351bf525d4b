import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPlaces, PlaceDataUnusable } from '../../../adapters/geo/open-places.ts';
import { placesContract } from '../../contracts/places.contract.ts';
import { mmdbOf } from '../../support/mmdb.ts';
import { BUNDLED_FILE } from './bundled-countries.ts';

const LONDON = {
  city: { names: { de: 'London', en: 'London' } },
  country: { iso_code: 'GB', names: { en: 'United Kingdom' } },
  location: { accuracy_radius: 10, latitude: 51.5142, longitude: -0.0931 },
};

placesContract('the bundled country data', async () => ({
  places: await openPlaces(null),
  known: [
    { ip: '193.0.6.139', country: 'NL' },
    { ip: '8.8.8.8', country: 'US' },
    { ip: '200.160.2.3', country: 'BR' },
    { ip: '2001:4860:4860::8888', country: 'US' },
    { ip: '2001:67c:2e8:22::c100:68b', country: 'NL' },
  ],
}));

placesContract('a file of cities', async () => ({
  places: await openPlaces(await fileOf(mmdbOf({ '81.2.69.0/24': LONDON, '2a02:c7c::/32': LONDON }))),
  known: [
    { ip: '81.2.69.142', country: 'GB' },
    { ip: '2a02:c7c::1', country: 'GB' },
  ],
}));

describe('a file that GEOIP_DB names', () => {
  it('tells city and coordinates in the layout of MaxMind and DB-IP', async () => {
    const places = await openPlaces(await fileOf(mmdbOf({ '81.2.69.0/24': LONDON })));

    expect(places.find('81.2.69.142')).toEqual({
      country: 'GB',
      city: 'London',
      latitude: 51.5142,
      longitude: -0.0931,
    });
    expect(places.find('81.2.70.142')).toBeNull();
  });

  it.each([
    ['of a country alone', { country: { iso_code: 'GB' } }, null],
    ['without English', { country: { iso_code: 'GB' }, city: { names: { fr: 'Londres' } } }, null],
    ['in the flat layout of ip-location-db', { country_code: 'GB', city: 'London' }, 'London'],
    ['in lower case', { country_code: 'gb', city: 'London' }, 'London'],
    ['with an empty city', { country_code: 'GB', city: '' }, null],
  ])('tells what it knows of a record %s', async (_what, record, city) => {
    const places = await openPlaces(await fileOf(mmdbOf({ '81.2.69.0/24': record })));

    const unknown = { latitude: null, longitude: null };
    expect(places.find('81.2.69.142')).toEqual({ country: 'GB', city, ...unknown });
  });

  it('tells flat coordinates too', async () => {
    const record = { country_code: 'GB', city: 'London', latitude: 51.5, longitude: -0.1 };
    const places = await openPlaces(await fileOf(mmdbOf({ '81.2.69.0/24': record })));

    expect(places.find('81.2.69.1')).toEqual({
      country: 'GB',
      city: 'London',
      latitude: 51.5,
      longitude: -0.1,
    });
  });

  it.each([
    [50, { latitude: 51.5142, longitude: -0.0931 }],
    [51, { latitude: null, longitude: null }],
  ])('takes coordinates that are right to within %i km for %j', async (accuracy_radius, coordinates) => {
    const record = { ...LONDON, location: { ...LONDON.location, accuracy_radius } };
    const places = await openPlaces(await fileOf(mmdbOf({ '81.2.69.0/24': record })));

    expect(places.find('81.2.69.142')).toEqual({ country: 'GB', city: 'London', ...coordinates });
  });

  it.each([
    ['of no country that there is', { country: { iso_code: 'EU' } }],
    ['of a number for a country', { country_code: 44 }],
    ['without a country', { city: { names: { en: 'London' } } }],
    ['with a latitude alone', { country_code: 'GB', latitude: 51.5 }],
    ['beyond the poles', { country_code: 'GB', latitude: 90.5, longitude: 0 }],
    ['beyond the date line', { country_code: 'GB', latitude: 51.5, longitude: 180.5 }],
  ])('makes nothing up out of a record %s', async (_what, record) => {
    const places = await openPlaces(
      await fileOf(mmdbOf({ '81.2.69.0/24': record, '90.0.0.0/8': { country_code: 'FR' } })),
    );

    const place = places.find('81.2.69.142');
    const nothing = { country: 'GB', city: null, latitude: null, longitude: null };
    expect(place).toEqual('latitude' in record ? nothing : null);
  });

  it('takes no IPv6 address for an IPv4 one where the file knows IPv4 alone', async () => {
    const ipv4 = join(dirname(BUNDLED_FILE), 'geo-whois-asn-country-ipv4.mmdb');
    const places = await openPlaces(ipv4);

    expect(places.find('193.0.6.139')).toMatchObject({ country: 'NL' });
    expect(places.find('2001:67c:2e8:22::c100:68b')).toBeNull();
    // Of such an address the first 32 bits would be 32.1.6.124, which has a country.
    expect(places.find('32.1.6.124')).not.toBeNull();
  });

  it('finds places of a file that begins far up', async () => {
    const places = await openPlaces(await fileOf(mmdbOf({ '223.255.255.0/24': { country_code: 'AU' } })));

    expect(places.find('223.255.255.7')).toMatchObject({ country: 'AU' });
  });

  it('tells hex for IPv4 in IPv6 dress as well', async () => {
    const places = await openPlaces(await fileOf(mmdbOf({ '81.2.69.0/24': LONDON })));

    const dressed = ['::ffff:5102:458e', '0:0:0:0:0:ffff:5102:458e', '0:0:0:0:0:ffff:81.2.69.142'];
    for (const ip of dressed) expect(places.find(ip)).toMatchObject({ country: 'GB' });
    expect(places.find('::ffff:a00:1')).toBeNull();
  });
});

describe('refuses, by name and with what can be done,', () => {
  it('a file that is not there', async () => {
    const opened = openPlaces('/nowhere/GeoLite2-City.mmdb');

    await expect(opened).rejects.toThrow(PlaceDataUnusable);
    await expect(opened).rejects.toThrow(
      /^\/nowhere\/GeoLite2-City\.mmdb cannot be read \(ENOENT\)\. .*GEOIP_DB/,
    );
  });

  it('a folder', async () => {
    await expect(openPlaces(tmpdir())).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });

  it.each([
    ['an empty file', () => Buffer.alloc(0)],
    ['a text', () => Buffer.from('<html>404 Not Found</html>'.repeat(100))],
    ['a file that is still packed', () => gzipSync(mmdbOf({ '81.2.69.0/24': LONDON }))],
    ['half a file', () => half(mmdbOf({ '81.2.69.0/24': LONDON }))],
    ['the end of a file', () => mmdbOf({ '81.2.69.0/24': LONDON }).subarray(400)],
  ])('%s', async (_what, content) => {
    await expect(openPlaces(await fileOf(content()))).rejects.toThrow(PlaceDataUnusable);
  });

  it('a file about something else than places', async () => {
    const asn = { autonomous_system_number: 3333 };
    const path = await fileOf(mmdbOf({ '193.0.0.0/21': asn }, { type: 'GeoLite2-ASN' }));

    await expect(openPlaces(path)).rejects.toThrow(/tells no countries .* "GeoLite2-ASN"/);
  });
});

it('answers unknown, and throws nothing, where a file is damaged in the middle', async () => {
  const bytes = mmdbOf({ '1.0.0.0/24': { country_code: 'AU' }, '81.2.69.0/24': { country_code: 'GB' } });
  bytes.fill(0xff, bytes.lastIndexOf('country_code') - 2, bytes.lastIndexOf('GB') + 2);
  const places = await openPlaces(await fileOf(bytes));

  expect(places.find('81.2.69.142')).toBeNull();
  expect(places.find('1.0.0.1')).toMatchObject({ country: 'AU' });
});

async function fileOf(content: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-places-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'places.mmdb');
  await writeFile(path, content);
  return path;
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}
