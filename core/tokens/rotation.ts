import type { SigningKeyRecord } from './ports.ts';

/** For how long anybody may keep an answer of JWKS, in seconds. */
export const JWKS_LIFETIME_SECONDS = 300;
/** How much later than it should a kept answer may be given up, and an old token looked at. */
const SLACK_SECONDS = 60;

/** How long a key is published before it signs: by then everybody who verifies on their own knows it. */
export const PUBLISHED_FIRST_SECONDS = JWKS_LIFETIME_SECONDS + SLACK_SECONDS;

/**
 * After how long in use a key is replaced: 90 days.
 *
 * Often enough that what a rotation does is nothing out of the ordinary, and
 * that a private half which leaked unnoticed is of use for one season at most.
 */
export const ROTATE_AFTER_SECONDS = 90 * 86_400;

/** The keys that matter for a rotation. */
export type KeysInForce = Readonly<{ active: SigningKeyRecord | null; next: SigningKeyRecord | null }>;

/** What is to be done with the keys before anything else is; `null`: nothing. */
export type RotationStep = 'make_next' | 'replace_next' | 'activate_next';

export function keysInForce(records: readonly SigningKeyRecord[]): KeysInForce {
  const inState = (state: string) => records.find(({ key }) => key.state === state) ?? null;
  return { active: inState('active'), next: inState('next') };
}

/**
 * Says what the schedule wants at this moment.
 *
 * There is always a `next` key, so that a successor is published already when
 * one is needed at once. It becomes active when it has been published for long
 * enough and the active one is old, or somebody asked. One that this process
 * would not make, or could not sign with, never becomes active; it too is
 * replaced no sooner than it could have signed, so that two processes of
 * different opinion do not replace each other's keys without end.
 *
 * @param isFit whether a key has the algorithm that is wanted, and a private half that can be had
 */
export function decideRotation(
  { active, next }: KeysInForce,
  isFit: (next: SigningKeyRecord) => boolean,
): RotationStep | null {
  if (!next) return 'make_next';
  if (!active) return isFit(next) ? 'activate_next' : 'replace_next';
  if (next.publishedSeconds < PUBLISHED_FIRST_SECONDS) return null;
  if (!isFit(next)) return 'replace_next';
  const isDue = next.isAskedFor || (active.signingSeconds ?? 0) >= ROTATE_AFTER_SECONDS;
  return isDue ? 'activate_next' : null;
}

/** From when on the next key may sign; `null` where there is none. The schedule has it do so within a minute of that. */
export function activatesAt({ active, next }: KeysInForce): Date | null {
  if (!next) return null;
  const isPublishedAt = secondsAfter(next.createdAt, PUBLISHED_FIRST_SECONDS);
  if (!active || next.isAskedFor) return isPublishedAt;
  const isOldAt = secondsAfter(active.activatedAt ?? active.createdAt, ROTATE_AFTER_SECONDS);
  return isOldAt > isPublishedAt ? isOldAt : isPublishedAt;
}

/** For how long a key verifies once it signs no more: as long as a token of it may live, and some time for slow clocks. */
export function verifiesForSeconds(accessTokenSeconds: number): number {
  return accessTokenSeconds + SLACK_SECONDS;
}

function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}
