import { describe, expect, it } from 'vitest';
import {
  isStuffing,
  SESSIONS_LOOKED_AT,
  type Sighting,
  type Signal,
  signalsOfRefresh,
  signalsOfSignIn,
} from '../../../core/protection/index.ts';
import { HOUR_MS, inCity, inCountry, MINUTE_MS, NOON_MS, sighting } from './sightings.ts';

const PHONE = { userAgent: 'Mozilla/5.0 (iPhone) Safari/605', browser: 'Safari', os: 'iOS' };
const UNKNOWN = { browser: null, os: null };

describe('new_device', () => {
  it.each<[what: string, now: Partial<Sighting>, before: readonly Partial<Sighting>[], isNew: boolean]>([
    ['the first sign-in of an account', {}, [], false],
    ['the same browser on the same system', {}, [{}], false],
    ['another version of the same browser', { userAgent: 'Mozilla/5.0 Firefox/141.0' }, [{}], false],
    ['another browser on the same system', { browser: 'Chrome' }, [{}], true],
    ['the same browser on another system', { os: 'Linux' }, [{}], true],
    ['browser and system of two earlier sessions', { os: 'iOS' }, [PHONE, {}], true],
    ['what was there before the latest session', PHONE, [{}, {}, PHONE], false],
    ['a device of the same name', { ...PHONE, deviceName: 'Blue' }, [{ deviceName: 'Blue' }], false],
    ['a device of another name', { ...PHONE, deviceName: 'Red' }, [{ deviceName: 'Blue' }], true],
    ['a device that has no name, as the earlier has none', PHONE, [{}], true],
    ['a name of its own on a known browser', { deviceName: 'Red' }, [{ deviceName: 'Blue' }], false],
    ['a browser that names no system', { os: null }, [{ os: null }], false],
    ['a browser that no longer names its system', { os: null }, [{}], true],
    [
      'another version of a program that nobody knows',
      { ...UNKNOWN, userAgent: 'acme/2' },
      [{ ...UNKNOWN, userAgent: 'acme/1' }],
      false,
    ],
    [
      'another program that nobody knows',
      { ...UNKNOWN, userAgent: 'curl/8' },
      [{ ...UNKNOWN, userAgent: 'acme/1' }],
      true,
    ],
    [
      'a known browser that begins its user agent otherwise',
      { browser: 'Opera', userAgent: 'Opera/9.80 (Windows NT 6.1)' },
      [{ browser: 'Opera', userAgent: 'Mozilla/5.0 (Windows NT 6.1) OPR/120.0' }],
      false,
    ],
    [
      'another program that nobody knows on a known system',
      { browser: null, userAgent: 'okhttp/4 (Windows)' },
      [{ browser: null, userAgent: 'acme/1 (Windows)' }],
      true,
    ],
    [
      'a program that says nothing, once more',
      { ...UNKNOWN, userAgent: null },
      [{ ...UNKNOWN, userAgent: null }],
      false,
    ],
    [
      'a program that says nothing, for the first time',
      { ...UNKNOWN, userAgent: null },
      [{ ...UNKNOWN, userAgent: 'acme/1' }],
      true,
    ],
  ])('%s', (_what, now, before, isNew) => {
    expect(kindsOf({ now, before })).toEqual(isNew ? ['new_device'] : []);
  });

  // Sessions are swept some time after their end: an account that slept for long has none left to compare with.
  it('is raised where every earlier session is forgotten by now', () => {
    expect(kindsOf({ now: PHONE, before: [], isFirst: false })).toEqual(['new_device']);
    expect(kindsOf({ now: PHONE, before: [], isFirst: true })).toEqual([]);
  });

  it('is not raised by a device that its cookie knows', () => {
    expect(kindsOf({ now: PHONE, before: [{}], isKnownDevice: true })).toEqual([]);
  });

  it('says what it saw, and leaves out what it did not', () => {
    const [full] = signals({ now: { ...PHONE, deviceName: 'Red' }, before: [{}] });
    const [bare] = signals({ now: { ...UNKNOWN, userAgent: 'curl/8' }, before: [{}] });

    expect(full?.data).toEqual({ browser: 'Safari', os: 'iOS', device: 'Red' });
    expect(bare?.data).toEqual({});
  });
});

describe('new_country', () => {
  const [german, french] = [{ place: inCountry('DE') }, { place: inCountry('FR') }];
  // A week ago, so that every journey was possible.
  const aWeekAgo = (facts: Partial<Sighting>) => ({ ...facts, atMs: NOON_MS - 7 * 24 * HOUR_MS });
  const many = (count: number, facts: Partial<Sighting>) => Array.from({ length: count }, () => facts);

  it.each<[what: string, now: Partial<Sighting>, before: readonly Partial<Sighting>[], isNew: boolean]>([
    ['the first sign-in of an account', french, [], false],
    ['the country of the latest session', german, [german], false],
    ['another country', french, [german], true],
    ['no country', {}, [german], false],
    ['a country after sessions without one', french, [{}, {}], false],
    ['another country after one session with one', french, [{}, german, {}], true],
    ['the country of the twentieth session', french, [...many(19, german), french], false],
    ['the country of the twenty-first session', french, [...many(20, german), french], true],
    ['a country after twenty sessions without one', french, [...many(20, {}), german], false],
  ])('%s', (_what, now, before, isNew) => {
    expect(kindsOf({ now, before: before.map(aWeekAgo) })).toEqual(isNew ? ['new_country'] : []);
  });

  it('says which, and looks at as many sessions as it asks for', () => {
    expect(signals({ now: french, before: [aWeekAgo(german)] })).toEqual([
      { kind: 'new_country', data: { country: 'FR' } },
    ]);
    expect(SESSIONS_LOOKED_AT).toBe(20);
  });
});

describe('impossible_travel', () => {
  // On one meridian, where a degree is 110.567 km by the radius that distances are told with.
  const south = inCity('UG', 0, 30);
  const north = (degrees: number) => inCity('SD', degrees, 30);
  const KM_PER_DEGREE = (6_335 * Math.PI) / 180;
  const journey = (to: Sighting['place'], from: Sighting['place'], betweenMs: number) =>
    signals({ now: { place: to }, before: [{ place: from, atMs: NOON_MS - betweenMs }] }).filter(
      ({ kind }) => kind === 'impossible_travel',
    );

  it('is raised above 1,000 km/h, and not at it', () => {
    const atLimitMs = ((10 * KM_PER_DEGREE) / 1_000) * HOUR_MS;

    expect(journey(north(10), south, Math.floor(atLimitMs))).toHaveLength(1);
    expect(journey(north(10), south, Math.ceil(atLimitMs))).toEqual([]);
  });

  it('is raised above 100 km, and not at it', () => {
    expect(journey(north(100.1 / KM_PER_DEGREE), south, 0)).toHaveLength(1);
    expect(journey(north(99.9 / KM_PER_DEGREE), south, 0)).toEqual([]);
  });

  it('tells the certain distance and the time in whole numbers', () => {
    expect(journey(north(10), south, 12.5 * MINUTE_MS)).toEqual([
      {
        kind: 'impossible_travel',
        data: { from_country: 'UG', country: 'SD', distance_km: 1_105, minutes: 12 },
      },
    ]);
  });

  it.each([
    ['no time at all', 0],
    ['less than none, by another clock', -5 * MINUTE_MS],
  ])('takes %s for none, and divides by nothing', (_what, betweenMs) => {
    expect(journey(north(10), south, betweenMs)).toMatchObject([
      { data: { distance_km: 1_105, minutes: 0 } },
    ]);
  });

  it('is between countries where no city is known, from the edge of the one to the edge of the other', () => {
    const [germany, australia, austria] = ['DE', 'AU', 'AT'].map(inCountry);

    expect(journey(australia ?? null, germany ?? null, 8 * HOUR_MS)).toHaveLength(1);
    expect(journey(australia ?? null, germany ?? null, 14 * HOUR_MS)).toEqual([]);
    expect(journey(austria ?? null, germany ?? null, 0)).toEqual([]);
  });

  it('goes by countries where only one of the cities is known', () => {
    const munich = inCity('DE', 48.1, 11.6);

    expect(journey(inCountry('AT'), munich, 0)).toEqual([]);
    expect(journey(munich, inCountry('AU'), 8 * HOUR_MS)).toHaveLength(1);
  });

  it('is never within one country, whatever its cities: telephone networks have few gateways', () => {
    expect(journey(inCity('US', 34, -118), inCity('US', 40.7, -74), 0)).toEqual([]);
  });

  it.each([
    ['now', { now: {}, before: [{ place: inCountry('AU') }] }],
    ['before', { now: { place: inCountry('AU') }, before: [{}] }],
    ['ever before', { now: { place: inCountry('AU') }, before: [] }],
  ])('is not raised by an address without a place %s', (_when, facts) => {
    expect(signals({ ...facts, isKnownDevice: true })).toEqual([]);
  });

  it('is measured from the latest session that has a place', () => {
    const before = [
      { atMs: NOON_MS - MINUTE_MS },
      { atMs: NOON_MS - HOUR_MS, place: inCountry('DE') },
      { atMs: NOON_MS - 2 * HOUR_MS, place: inCountry('BR') },
    ];

    const [signal] = signals({ now: { place: inCountry('AU') }, before }).filter(
      ({ kind }) => kind === 'impossible_travel',
    );
    expect(signal?.data).toMatchObject({ from_country: 'DE', country: 'AU', minutes: 60 });
    expect(kindsOf({ now: { place: inCountry('DE') }, before })).toEqual([]);
  });
});

describe('failures_then_success', () => {
  it.each([
    [0, []],
    [2, []],
    [3, [{ kind: 'failures_then_success', data: { failures: 3 } }]],
    [49, [{ kind: 'failures_then_success', data: { failures: 49 } }]],
  ])('after %i wrong passwords', (failuresBefore, raised) => {
    expect(signals({ failuresBefore })).toEqual(raised);
  });

  it('is raised at the first sign-in of an account too', () => {
    expect(signals({ before: [], failuresBefore: 3 })).toHaveLength(1);
  });
});

it('raises all that apply, each once, in one order', () => {
  const before = [{ place: inCountry('DE'), atMs: NOON_MS - HOUR_MS }, { place: inCountry('DE') }];

  expect(kindsOf({ now: { ...PHONE, place: inCountry('AU') }, before, failuresBefore: 4 })).toEqual([
    'new_device',
    'new_country',
    'impossible_travel',
    'failures_then_success',
  ]);
});

describe('refresh_elsewhere', () => {
  it.each<[what: string, now: Sighting['place'], before: Sighting['place'], isElsewhere: boolean]>([
    ['the same country', inCountry('DE'), inCountry('DE'), false],
    ['another country, however near', inCountry('AT'), inCountry('DE'), true],
    ['another city of the same country', inCity('US', 34, -118), inCity('US', 40.7, -74), false],
    ['no place now', null, inCountry('DE'), false],
    ['no place before', inCountry('DE'), null, false],
    ['no place at all', null, null, false],
  ])('%s', (_what, now, before, isElsewhere) => {
    const raised = signalsOfRefresh({ now: sighting({ place: now }), before: sighting({ place: before }) });

    expect(raised.map(({ kind }) => kind)).toEqual(isElsewhere ? ['refresh_elsewhere'] : []);
  });

  it('says from where to where, and how far in which time only where nobody can have made the journey', () => {
    const before = sighting({ place: inCountry('DE') });
    const after = (betweenMs: number) => sighting({ place: inCountry('AU'), atMs: NOON_MS + betweenMs });
    const refreshed = (betweenMs: number) => signalsOfRefresh({ now: after(betweenMs), before })[0]?.data;

    expect(refreshed(2 * 24 * HOUR_MS)).toEqual({ from_country: 'DE', country: 'AU' });
    expect(refreshed(15 * MINUTE_MS)).toEqual({
      ...{ from_country: 'DE', country: 'AU' },
      ...{ distance_km: expect.any(Number), minutes: 15 },
    });
  });

  it('is not raised by another browser in the same country', () => {
    const place = inCountry('DE');

    expect(signalsOfRefresh({ now: sighting({ ...PHONE, place }), before: sighting({ place }) })).toEqual([]);
  });
});

describe('credential_stuffing', () => {
  it('is told at the tenth account or name from one address, and at no other', () => {
    const told = Array.from({ length: 101 }, (_, targets) => targets).filter(isStuffing);

    expect(told).toEqual([10]);
  });
});

type Facts = Readonly<{
  now?: Partial<Sighting>;
  before?: readonly Partial<Sighting>[];
  isKnownDevice?: boolean;
  failuresBefore?: number;
  isFirst?: boolean;
}>;

/** A sign-in like one before it at noon, unless told otherwise. */
function signals({
  now = {},
  before = [{}],
  isKnownDevice = false,
  failuresBefore = 0,
  isFirst = before.length === 0,
}: Facts): readonly Signal[] {
  return signalsOfSignIn({
    now: sighting(now),
    before: before.map(sighting),
    ...{ isKnownDevice, failuresBefore, isFirst },
  });
}

function kindsOf(facts: Facts): readonly Signal['kind'][] {
  return signals(facts).map(({ kind }) => kind);
}
