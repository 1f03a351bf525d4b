/**
 * Protection: how often something may be tried, and by whom.
 *
 * Holds three promises. A guess is counted before it is judged, so no number
 * of guesses at once gets more of them; a name that nobody has is counted and
 * locked like one that somebody has; and a lock that a stranger brings about
 * does not shut out a device that is known.
 *
 * The rules of suspicion are pure and refuse nobody: they tell what is
 * remarkable about a sign-in or a refresh. A distance by which they judge is
 * never longer than the real one.
 *
 * @module
 */
export {
  type AddressTarget,
  type AddressTargetRepository,
  TARGETS_COUNTED_MAX,
  type TargetsOfAddress,
} from './address-targets.ts';
export { type AttemptKeys, type AttemptLimit, attemptKeysOf } from './attempt-keys.ts';
export type {
  Attempt,
  AttemptKey,
  AttemptRefusal,
  AttemptRepository,
  AttemptStart,
  AttemptStore,
  HeldAttempt,
} from './attempts.ts';
export { withAttempt } from './begin-attempt.ts';
export { isCountry } from './countries.ts';
export { decideRate, type RateCount } from './decide-rate.ts';
export { AccountLocked, type ProtectionError, RateLimited, refusalError } from './errors.ts';
export { DEVICE_SECRET_BYTES, type KnownDeviceRepository, type NewKnownDevice } from './known-devices.ts';
export type { Place, PlaceFinder } from './places.ts';
export type { RateBucket, RateDecision, RateLimiter } from './rate-limiter.ts';
export {
  isStuffing,
  SESSIONS_LOOKED_AT,
  type Sighting,
  type Signal,
  signalsOfRefresh,
  signalsOfSignIn,
} from './signals.ts';
