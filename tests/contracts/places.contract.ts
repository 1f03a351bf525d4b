import { describe, expect, it } from 'vitest';
import type { PlaceFinder } from '../../core/protection/index.ts';

/** What is known to the finder: an address, and the country that it is in. */
export type KnownPlace = Readonly<{ ip: string; country: string }>;

const NOBODYS = [
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
  ...['192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['192.0.2.1', '198.51.100.7', '203.0.113.7'],
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1', '2002:808:808::1'],
  ...['::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:192.0.2.1'],
];
const MALFORMED = [
  ...['', ' ', 'unknown', 'localhost', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', ' 1.2.3.4'],
  ...['1.2.3.4/24', '1.2.3.4:80', '[2606:4700::1]', '2606:4700::1::2', '2606:4700::g', 'fe80::1%eth0'],
  ...['2001:4860:4860::8888%eth0', '::ffff:8.8.8.8%eth0'],
  ...['::ffff:', '::ffff:1.2.3', '::ffff:300.1.1.1', '__proto__', 'toString', '\0'],
];

/** What every {@link PlaceFinder} must do. */
export function placesContract(
  name: string,
  make: () => Promise<Readonly<{ places: PlaceFinder; known: readonly [KnownPlace, ...KnownPlace[]] }>>,
): void {
  describe(`PlaceFinder: ${name}`, () => {
    it('tells the country of an address', async () => {
      const { places, known } = await make();

      for (const { ip, country } of known) expect(places.find(ip)).toMatchObject({ country });
    });

    it('tells IPv4 in IPv6 dress as IPv4', async () => {
      const { places, known } = await make();
      const ipv4 = known.filter(({ ip }) => !ip.includes(':'));
      expect(ipv4).not.toEqual([]);

      for (const { ip } of ipv4) {
        expect(places.find(`::ffff:${ip}`)).toEqual(places.find(ip));
        expect(places.find(`::FFFF:${ip}`)).toEqual(places.find(ip));
      }
    });

    it.each(NOBODYS)('knows no place of %s, which is nobody’s on the Internet', async (ip) => {
      const { places } = await make();

      expect(places.find(ip)).toBeNull();
    });

    it.each(MALFORMED)('knows no place of %j, which is no address', async (ip) => {
      const { places } = await make();

      expect(places.find(ip)).toBeNull();
    });

    it.each(['1', 'a', ':', '.', 'ffff:'])('soon has enough of 10,000 times %j', async (piece) => {
      const { places } = await make();

      expect(places.find(piece.repeat(10_000))).toBeNull();
      expect(places.find(`::ffff:${piece.repeat(10_000)}`)).toBeNull();
    });

    it('has a city only with a country, and a latitude only with a longitude', async () => {
      const { places, known } = await make();

      for (const { ip } of known) {
        const place = places.find(ip);
        expect(Object.keys(place ?? {}).sort()).toEqual(['city', 'country', 'latitude', 'longitude']);
        expect(place?.country).toMatch(/^[A-Z]{2}$/);
        expect(place?.latitude === null).toBe(place?.longitude === null);
      }
    });
  });
}
