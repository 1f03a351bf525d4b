import { certainDistanceKm } from './distance.ts';
import type { Place } from './places.ts';

/** One time that a user was seen, and by what. */
export type Sighting = Readonly<{
  /** When the request came from `ip`, in milliseconds since the epoch. */
  atMs: number;
  ip: string | null;
  /** Where `ip` is. `null`: nobody knows. */
  place: Place | null;
  userAgent: string | null;
  /** As the user agent claims, without a version. */
  browser: string | null;
  os: string | null;
  /** What the client called its device. */
  deviceName: string | null;
}>;

/** Something about a sign-in or a refresh that the owner of the account may want to know. */
export type Signal = Readonly<{
  kind:
    | 'new_device'
    | 'new_country'
    | 'impossible_travel'
    | 'failures_then_success'
    | 'credential_stuffing'
    | 'refresh_elsewhere';
  /**
   * What the rule saw, for the audit event and the mail. What is not known is left out.
   *
   * `new_device`: `browser`, `os`, `device`. `new_country`: `country`.
   * `impossible_travel`: `from_country`, `country`, `distance_km`, `minutes`.
   * `failures_then_success`: `failures`. `refresh_elsewhere`: `from_country`,
   * `country`, and the other two as well where the journey was impossible.
   */
  data: Readonly<Record<string, string | number>>;
}>;

/**
 * How many of the latest sessions a country is looked for in. As many as twenty
 * sign-ins: for most people months, so that a yearly journey is told again, and
 * few enough that where somebody once lived does not stay trusted for ever.
 */
export const SESSIONS_LOOKED_AT = 20;

/**
 * Faster than this nobody travels. Airliners cruise at 900 km/h and reach
 * 1,000 km/h over the ground with the wind behind them; door to door and with
 * the checks before it every journey is far slower, so the rule is never near
 * what somebody really did.
 */
const SPEED_MAX_KM_PER_HOUR = 1_000;

/**
 * Shorter journeys are not judged, however quick. The tables place a city to
 * within about 50 km, which on both sides makes 100 km of nothing.
 */
const DISTANCE_MIN_KM = 100;

/**
 * One wrong password is a slip and two are common, with a changed password or
 * caps lock; the third says that somebody was guessing. It is below the five
 * that lock an account by default, after which no right password is heard.
 */
const FAILURES_MIN = 3;

/**
 * Of the people behind one address hardly ten mistype their passwords within
 * one window, and a list of stolen passwords comes to its tenth name in seconds.
 */
const STUFFING_TARGETS = 10;

/** What a sign-in that succeeded raises, each kind at most once. Empty: nothing is remarkable. */
export function signalsOfSignIn(facts: SignInFacts): readonly Signal[] {
  return SIGN_IN_RULES.flatMap((rule) => rule(facts) ?? []);
}

/** What a refresh raises. Empty: it came from where its session was before, as far as anybody can tell. */
export function signalsOfRefresh({
  now,
  before,
}: Readonly<{ now: Sighting; before: Sighting }>): readonly Signal[] {
  if (!now.place || !before.place || now.place.country === before.place.country) return [];
  // A journey that is impossible leads from one country to another, so this is the whole rule.
  const data = { from_country: before.place.country, country: now.place.country };
  return [{ kind: 'refresh_elsewhere', data: { ...data, ...impossibleJourney(before, now) } }];
}

/**
 * Whether one address has just tried as many accounts or names as nobody means
 * to. True exactly then and not beyond, so that one wave is told once.
 *
 * @param targets how many different accounts and names it has tried within the window, this one included
 */
export function isStuffing(targets: number): boolean {
  return targets === STUFFING_TARGETS;
}

type SignInFacts = Readonly<{
  now: Sighting;
  /** Earlier sessions of the user, newest first, live or ended. */
  before: readonly Sighting[];
  /** Whether the request came with the cookie of a device on which the user has signed in. */
  isKnownDevice: boolean;
  /** Wrong passwords for the account since its last success. */
  failuresBefore: number;
  /** Whether the user never signed in before. Without it no earlier session means that they are forgotten by now. */
  isFirst: boolean;
}>;

const SIGN_IN_RULES: readonly ((facts: SignInFacts) => Signal | null)[] = [
  newDevice,
  newCountry,
  impossibleTravel,
  failuresThenSuccess,
];

/** A device that neither its cookie nor an earlier session knows. The first sign-in of an account is news to nobody. */
function newDevice({ now, before, isKnownDevice, isFirst }: SignInFacts): Signal | null {
  if (isKnownDevice || isFirst) return null;
  if (before.some((earlier) => isSameDevice(earlier, now))) return null;
  const { browser, os, deviceName } = now;
  return { kind: 'new_device', data: known({ browser, os, device: deviceName }) };
}

/** A country that none of the latest sessions came from, where at least one of them has a country to compare with. */
function newCountry({ now, before }: SignInFacts): Signal | null {
  if (!now.place) return null;
  const countries = before.slice(0, SESSIONS_LOOKED_AT).flatMap(({ place }) => place?.country ?? []);
  if (countries.length === 0 || countries.includes(now.place.country)) return null;
  return { kind: 'new_country', data: { country: now.place.country } };
}

/** Too far from the latest session of which the place is known. What has no place proves nothing, and is passed over. */
function impossibleTravel({ now, before }: SignInFacts): Signal | null {
  const latest = before.find(({ place }) => place !== null);
  if (!latest?.place || !now.place) return null;
  const journey = impossibleJourney(latest, now);
  if (!journey) return null;
  const data = { from_country: latest.place.country, country: now.place.country, ...journey };
  return { kind: 'impossible_travel', data };
}

/** A success that guesses came before: perhaps the last of them was right. */
function failuresThenSuccess({ failuresBefore }: SignInFacts): Signal | null {
  if (failuresBefore < FAILURES_MIN) return null;
  return { kind: 'failures_then_success', data: { failures: failuresBefore } };
}

/** The journey between two sightings in whole km and minutes, if nobody can have made it; else `null`. */
function impossibleJourney(
  from: Sighting,
  to: Sighting,
): Readonly<{ distance_km: number; minutes: number }> | null {
  if (!from.place || !to.place) return null;
  const distanceKm = certainDistanceKm(from.place, to.place);
  // Two processes' clocks may differ a little: what seems to be earlier was at the same time.
  const hours = Math.max(0, to.atMs - from.atMs) / 3_600_000;
  if (distanceKm <= DISTANCE_MIN_KM || distanceKm <= SPEED_MAX_KM_PER_HOUR * hours) return null;
  return { distance_km: Math.floor(distanceKm), minutes: Math.floor(hours * 60) };
}

/** The same name of a device, or the same browser on the same system. Of what is no browser that we know, the program's own name counts. */
function isSameDevice(earlier: Sighting, now: Sighting): boolean {
  if (now.deviceName !== null && earlier.deviceName === now.deviceName) return true;
  if (earlier.browser !== now.browser || earlier.os !== now.os) return false;
  return now.browser !== null || productOf(earlier) === productOf(now);
}

/** The name of the first product that a user agent names, without its version (RFC 9110, section 10.1.5). */
function productOf({ userAgent }: Sighting): string | null {
  return userAgent?.split('/', 1)[0] ?? null;
}

/** The facts that are known. */
function known(facts: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
