import type { RequestContext } from '../kernel/request-context.ts';
import { describeClient } from '../notifications/index.ts';
import type { PlaceFinder, Sighting } from '../protection/index.ts';
import type { RecentSession } from '../sessions/index.ts';

/** When, with what and from where somebody was seen, as the rules of suspicion take it. */
export function sightingOf(
  places: PlaceFinder,
  atMs: number,
  { ip, userAgent }: Pick<RequestContext, 'ip' | 'userAgent'>,
  deviceName: string | null,
): Sighting {
  const { browser, system: os } = describeClient(userAgent);
  const place = ip === null ? null : places.find(ip);
  return { atMs, ...{ ip, place, userAgent, browser, os, deviceName } };
}

/**
 * Earlier sessions as sightings, the latest first.
 *
 * A session notes from where it is used when it begins and with each refresh,
 * and is used for as long as an access token lives after that. So its user was
 * at its address then, or later: never is a journey taken for shorter than it was.
 */
export function sightingsOf(
  { places, accessTokenSeconds }: Readonly<{ places: PlaceFinder; accessTokenSeconds: number }>,
  sessions: readonly RecentSession[],
): readonly Sighting[] {
  return sessions
    .map((session) => {
      const notedMs = session.lastSeenAt.getTime() - accessTokenSeconds * 1000;
      const atMs = Math.max(session.createdAt.getTime(), notedMs);
      return sightingOf(places, atMs, session, session.deviceName);
    })
    .sort((one, other) => other.atMs - one.atMs);
}
