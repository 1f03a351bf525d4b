import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type CountryResponse, Reader } from 'maxmind';
import type { PlaceFinder } from '../../core/protection/index.ts';
import { placeOfRecord } from './place-of-record.ts';
import { publicAddress } from './public-address.ts';

const require = createRequire(import.meta.url);

/** How many networks of a file are looked at, from the lowest on, for one that has a place. */
const NETWORKS_TRIED_MAX = 4_096;

const REMEDY =
  'Name a file in MaxMind format (.mmdb) with GEOIP_DB, or leave it out: then the bundled country data is used.';

/** The file that should tell places does not. */
export class PlaceDataUnusable extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}. ${REMEDY}`, options);
    this.name = 'PlaceDataUnusable';
  }
}

/**
 * Finds places in a file in MaxMind format.
 *
 * A file that is named is read whole and tried at once, so that a broken one
 * is told at the start; a newer one in its stead is read at the next start.
 * The bundled one (7.8 MB) is read by the first look-up.
 *
 * @param path `null`: the bundled country data
 * @throws {PlaceDataUnusable} it cannot be read, is no such file, or tells no countries
 */
export async function openPlaces(path: string | null): Promise<PlaceFinder> {
  if (path === null) return bundledPlaces();
  const reader = readerOf(await bytesOf(path), path);
  if (!tellsPlaces(reader)) {
    const type = JSON.stringify(reader.metadata.databaseType);
    throw new PlaceDataUnusable(`${path} tells no countries of IPv4 addresses: it is of the type ${type}`);
  }
  return findIn(() => reader);
}

function bundledPlaces(): PlaceFinder {
  const path = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
  let reader: Places | null = null;
  return findIn(() => {
    reader ??= readerOf(readFileSync(path), path);
    return reader;
  });
}

type Places = Reader<CountryResponse>;

function findIn(places: () => Places): PlaceFinder {
  return {
    find(ip) {
      const address = publicAddress(ip);
      if (address === null) return null;
      try {
        return placeOfRecord(recordOf(places(), address));
      } catch {
        // A place is a hint: damage in the middle of a file must not keep anybody from signing in.
        return null;
      }
    },
  };
}

/** A file for IPv4 alone would take the first bits of an IPv6 address for an IPv4 one. */
function recordOf(reader: Places, address: string): unknown {
  const isTold = reader.metadata.ipVersion === 6 || !address.includes(':');
  return isTold ? reader.get(address) : null;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new PlaceDataUnusable(`${path} cannot be read (${code})`, { cause });
  }
}

function readerOf(bytes: Buffer, path: string): Places {
  try {
    return new Reader<CountryResponse>(bytes);
  } catch (cause) {
    throw new PlaceDataUnusable(`${path} is no file in MaxMind format, or not all of it`, { cause });
  }
}

/** Whether one of the first networks has a place. From each network it goes on to the next, so empty stretches cost one step. */
function tellsPlaces(reader: Places): boolean {
  let address = 0;
  for (let tried = 0; tried < NETWORKS_TRIED_MAX && address < 2 ** 32; tried += 1) {
    const [record, bits] = networkAt(reader, dotted(address));
    if (placeOfRecord(record) !== null) return true;
    const size = 2 ** (32 - bits);
    address = (Math.floor(address / size) + 1) * size;
  }
  return false;
}

/** The record of a network and how many bits name it. Damage reads as a network without a record. */
function networkAt(reader: Places, address: string): readonly [record: unknown, bits: number] {
  try {
    return reader.getWithPrefixLength(address);
  } catch {
    return [null, 32];
  }
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}
