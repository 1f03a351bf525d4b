import { type AuditLog, userActor } from '../audit/index.ts';
import type { SessionId, UserId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Outbox } from '../notifications/index.ts';
import {
  DEVICE_SECRET_BYTES,
  type KnownDeviceRepository,
  type PlaceFinder,
  SESSIONS_LOOKED_AT,
  signalsOfSignIn,
} from '../protection/index.ts';
import {
  type AuthenticationMethod,
  type IssueTokensDeps,
  issueTokens,
  type NewSession,
  REFRESH_SECRET_BYTES,
  type SessionRepository,
  type SignedIn,
  sessionEnded,
} from '../sessions/index.ts';
import { type EffectiveSettings, effectiveSettings, type Tenant } from '../tenants/index.ts';
import type { UserRepository } from '../users/index.ts';
import { raiseSignals } from './raise-signals.ts';
import { sightingOf, sightingsOf } from './sightings.ts';
import { refusalOf, type SignInRefusal } from './steps.ts';

export type SignInRepositories = Readonly<{
  users: UserRepository;
  sessions: SessionRepository;
  audit: AuditLog;
  knownDevices: KnownDeviceRepository;
  outbox: Outbox;
}>;

/** What a browser has to show for the device that it runs on. */
export type PresentedDevice = Readonly<{
  /** The device secrets that it brought along. */
  secrets: readonly Uint8Array[];
  /** Whether it can be given one: a client without cookies cannot keep it. */
  isKept: boolean;
}>;

export type CompleteSignInDeps = IssueTokensDeps &
  Readonly<{ refreshTokenSeconds: number; refreshTokenLifetimeSeconds: number; places: PlaceFinder }>;

/** An identity that a method has proved, and from where. */
export type ProvedIdentity = Readonly<{
  tenant: Tenant;
  userId: UserId;
  /** The credential version at which the proof was made. */
  credentialVersion: number;
  amr: readonly AuthenticationMethod[];
  deviceName: string | null;
  device: PresentedDevice;
  /** Wrong passwords for the account since its last success. */
  failuresBefore: number;
  context: RequestContext;
}>;

/** A session that has begun. */
export type SignInCompleted = SignedIn &
  Readonly<{
    /** By which the device is known from now on; `null` where it was known already, or cannot keep it. */
    newDeviceSecret: Uint8Array | null;
  }>;

export type SignInOutcome =
  | Readonly<{ kind: 'complete'; signedIn: SignInCompleted }>
  | Readonly<{ kind: 'refused'; refusal: SignInRefusal }>;

/**
 * Begins a session for a proved identity: the only way in, whatever the method.
 *
 * Runs in the caller's transaction. Locks the user, takes every step of the
 * sign-in against the account as it is then, and writes session, audit, the
 * time of the sign-in and what is to be told of it together. A refusal is
 * returned, so that what the caller writes about it is committed.
 */
export async function completeSignIn(
  deps: CompleteSignInDeps,
  repos: SignInRepositories,
  identity: ProvedIdentity,
): Promise<SignInOutcome> {
  const { tenant, userId, failuresBefore, context } = identity;
  const settings = effectiveSettings(tenant, deps.tenantDefaults);
  const account = await repos.users.lock(userId);
  const refusal = account ? refusalOf(account, identity, settings) : 'user_inactive';
  if (refusal) return { kind: 'refused', refusal };

  for (const ended of await repos.sessions.endOldestOf(userId, settings.sessionMaxDevices - 1)) {
    await repos.audit.record(sessionEnded(userId, ended, 'device_limit', context));
  }
  const before = await repos.sessions.recentOf(userId, SESSIONS_LOOKED_AT);
  const secret = deps.crypto.randomBytes(REFRESH_SECRET_BYTES);
  const secretHash = deps.crypto.sha256(secret);
  const session = await repos.sessions.insert({ ...newSession(deps, identity, settings), secretHash });
  const user = await repos.users.recordLogin(userId);
  const { isKnownDevice, newDeviceSecret } = await recordDevice(deps, repos, identity);
  await repos.audit.record({
    type: 'login.succeeded',
    outcome: 'success',
    actor: userActor(userId),
    target: { type: 'session', id: session.id },
    context,
    data: { amr: session.amr, aal: session.aal },
  });
  const now = sightingOf(deps.places, session.createdAt.getTime(), context, session.deviceName);
  const seen = { now, before: sightingsOf(deps, before) };
  const isFirst = account?.user.lastLoginAt === null;
  const signals = signalsOfSignIn({ ...seen, isKnownDevice, isFirst, failuresBefore });
  await raiseSignals(repos, settings.alerts, { signals, user, sessionId: session.id, now, context });
  const first = { tenantId: tenant.id, sessionId: session.id, number: 0, secret };
  const tokens = issueTokens(deps, { user, session, tenant }, first);
  return { kind: 'complete', signedIn: { ...tokens, newDeviceSecret } };
}

type RecordedDevice = Readonly<{
  isKnownDevice: boolean;
  /** Of a device that was not known, and is now. */
  newDeviceSecret: Uint8Array | null;
}>;

async function recordDevice(
  { crypto }: CompleteSignInDeps,
  { knownDevices }: SignInRepositories,
  { userId, device }: ProvedIdentity,
): Promise<RecordedDevice> {
  const hashes = device.secrets.map((secret) => crypto.sha256(secret));
  const isKnownDevice = await knownDevices.touch(userId, hashes);
  if (isKnownDevice || !device.isKept) return { isKnownDevice, newDeviceSecret: null };
  const secret = crypto.randomBytes(DEVICE_SECRET_BYTES);
  await knownDevices.insert({ id: crypto.newId(), userId, secretHash: crypto.sha256(secret) });
  return { isKnownDevice, newDeviceSecret: secret };
}

function newSession(
  deps: CompleteSignInDeps,
  { userId, amr, deviceName, context }: ProvedIdentity,
  { sessionInactivityDays }: EffectiveSettings,
): Omit<NewSession, 'secretHash'> {
  return {
    id: deps.crypto.newId() as SessionId,
    ...{ userId, amr, deviceName, context },
    aal: 1,
    lifetimes: {
      idleSeconds: deps.refreshTokenSeconds,
      absoluteSeconds: deps.refreshTokenLifetimeSeconds,
      inactivitySeconds: sessionInactivityDays * 86_400,
    },
  };
}
