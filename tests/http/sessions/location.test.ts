import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mmdbOf } from '../../support/mmdb.ts';
import { type HttpService, sharedService } from '../support/http-service.ts';
import { bearer, register, type SignedIn, signIn } from '../support/people.ts';

// RIPE NCC in Amsterdam, NIC.br in São Paulo, and a network that documents are written with.
const [AMSTERDAM, SAO_PAULO, NOWHERE] = ['193.0.6.139', '200.160.2.3', '203.0.113.7'];
const BEHIND_PROXY = { TRUST_PROXY: '127.0.0.1/32' };
const LEIPZIG = { country: { iso_code: 'DE' }, city: { names: { en: 'Leipzig' } } };

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-places-'));
const cities = join(folder, 'cities.mmdb');
writeFileSync(cities, mmdbOf({ '193.0.6.0/24': LEIPZIG }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('with the bundled country data', () => {
  const service = sharedService(BEHIND_PROXY);

  it.each([
    [AMSTERDAM, 'Netherlands'],
    [SAO_PAULO, 'Brazil'],
    [NOWHERE, null],
  ])('a session from %s is told to be in %j', async (ip, location) => {
    const signedIn = await signInFrom(service(), ip);

    expect(await locationsOf(service(), signedIn)).toEqual([location, [location]]);
  });

  it('each session of the list has the country that it began in', async () => {
    const older = await signInFrom(service(), AMSTERDAM);
    const newer = await signIn(service(), older, {}, { 'x-forwarded-for': SAO_PAULO });

    expect(await locationsOf(service(), newer)).toEqual(['Brazil', ['Brazil', 'Netherlands']]);
  });
});

describe('with a file that knows cities', () => {
  const service = sharedService({ ...BEHIND_PROXY, GEOIP_DB: cities });

  it('a session is told with its city', async () => {
    const signedIn = await signInFrom(service(), AMSTERDAM);

    expect(await locationsOf(service(), signedIn)).toEqual(['Leipzig, Germany', ['Leipzig, Germany']]);
  });

  it('what the file does not know is not looked up in the bundled data', async () => {
    const signedIn = await signInFrom(service(), SAO_PAULO);

    expect(await locationsOf(service(), signedIn)).toEqual([null, [null]]);
  });
});

async function signInFrom(service: HttpService, ip: string): Promise<SignedIn> {
  return signIn(service, await register(service), {}, { 'x-forwarded-for': ip });
}

/** What "who am I" and the list of sessions say, the newest first. */
async function locationsOf(service: HttpService, signedIn: SignedIn) {
  const me = await service.get('/auth/me', bearer(signedIn));
  const list = await service.get('/auth/sessions', bearer(signedIn));
  const sessions: readonly { location: string | null }[] = list.json().data;
  return [me.json().session.location, sessions.map(({ location }) => location)];
}
