import { describe, expect, it } from 'vitest';
import { openPlaces } from '../../../adapters/geo/open-places.ts';
import { type Sighting, signalsOfRefresh, signalsOfSignIn } from '../../../core/protection/index.ts';
import { HOUR_MS, MINUTE_MS, NOON_MS, sighting } from '../protection/sightings.ts';

// Two addresses that answer under the same numbers for decades: RIPE NCC in Amsterdam, and NIC.br in São Paulo.
const AMSTERDAM = '193.0.6.139';
const SAO_PAULO = '200.160.2.3';
const AT_HOME = '192.168.1.20';

describe('with the bundled country data', () => {
  it('somebody who was in the Netherlands and an hour later is in Brazil did not travel there', async () => {
    const before = [await seenAt(AMSTERDAM, NOON_MS - HOUR_MS)];

    const raised = signalsOfSignIn({ ...(await nowAt(SAO_PAULO)), before });

    expect(raised).toEqual([
      { kind: 'new_country', data: { country: 'BR' } },
      {
        kind: 'impossible_travel',
        data: { from_country: 'NL', country: 'BR', distance_km: expect.any(Number), minutes: 60 },
      },
    ]);
    const km = Number(raised[1]?.data['distance_km']);
    // From Amsterdam to São Paulo it is 9,780 km, and to the nearest end of Brazil 7,200.
    expect(km).toBeGreaterThan(1_000);
    expect(km).toBeLessThan(7_200);
  });

  it('somebody who took the flight of twelve hours did', async () => {
    const before = [await seenAt(AMSTERDAM, NOON_MS - 12 * HOUR_MS)];

    const raised = signalsOfSignIn({ ...(await nowAt(SAO_PAULO)), before });

    expect(raised.map(({ kind }) => kind)).toEqual(['new_country']);
  });

  it.each([
    [AMSTERDAM, AT_HOME],
    [AT_HOME, AMSTERDAM],
    [AT_HOME, AT_HOME],
  ])('from %s to %s nothing is certain, for an address without a place raises nothing', async (from, to) => {
    const before = [await seenAt(from, NOON_MS - MINUTE_MS)];

    expect(signalsOfSignIn({ ...(await nowAt(to)), before })).toEqual([]);
  });

  it('a refresh from Brazil of a session that was in the Netherlands comes from elsewhere', async () => {
    const before = await seenAt(AMSTERDAM, NOON_MS - 15 * MINUTE_MS);

    expect(signalsOfRefresh({ now: await seenAt(SAO_PAULO, NOON_MS), before })).toMatchObject([
      { kind: 'refresh_elsewhere', data: { from_country: 'NL', country: 'BR', minutes: 15 } },
    ]);
    expect(signalsOfRefresh({ now: await seenAt(AT_HOME, NOON_MS), before })).toEqual([]);
  });
});

async function nowAt(ip: string) {
  return { now: await seenAt(ip, NOON_MS), isKnownDevice: true, isFirst: false, failuresBefore: 0 };
}

async function seenAt(ip: string, atMs: number): Promise<Sighting> {
  const places = await openPlaces(null);
  return sighting({ atMs, ip, place: places.find(ip) });
}
