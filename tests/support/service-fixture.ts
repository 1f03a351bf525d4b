import { createAccessTokens } from '../../adapters/crypto/access-tokens.ts';
import { createCommonPasswords } from '../../adapters/crypto/common-passwords.ts';
import { createMacKeys } from '../../adapters/crypto/mac-keys.ts';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../adapters/crypto/signing-keys.ts';
import { createPlaces } from '../../adapters/memory/places.ts';
import { createMemoryStore } from '../../adapters/memory/store.ts';
import { createAcceptInvitation, createCreateAdmin, createInvite } from '../../core/invitations/index.ts';
import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import type { Clock } from '../../core/kernel/ports.ts';
import type { RequestContext } from '../../core/kernel/request-context.ts';
import { createMailDelivery } from '../../core/notifications/index.ts';
import type { AttemptKey, Place } from '../../core/protection/index.ts';
import {
  createRegister,
  createResendVerification,
  createVerifyEmail,
} from '../../core/registration/index.ts';
import { createRevocationFeed } from '../../core/revocation/index.ts';
import {
  createAuthenticate,
  createEndSessions,
  createListSessions,
  createLogOut,
  createReadRefreshToken,
  createRefresh,
  createRememberedSessions,
} from '../../core/sessions/index.ts';
import {
  createLogin,
  createReauthenticate,
  createReauthenticationMethods,
  createWatchRefreshes,
} from '../../core/sign-in/index.ts';
import {
  createCreateTenant,
  createResolveTenant,
  type Tenant,
  type TenantDefaults,
  type TenantSettings,
} from '../../core/tenants/index.ts';
import type { NewUser, User } from '../../core/users/index.ts';
import { fakeBackground } from '../fakes/background.ts';
import { fakeClock } from '../fakes/clock.ts';
import { fakeHasher } from '../fakes/hasher.ts';
import { deliverAll } from './deliver-all.ts';
import { email, tenantSlug } from './parsed.ts';
import type { Around } from './unit-of-work.ts';

export const ISSUER = 'https://auth.example.com';
/** Meets the default policy. */
/** Wrong passwords from one network address that refuse more. */
export const MAX_LOGIN_ATTEMPTS_PER_ADDRESS = 50;
export const PASSWORD = 'Correct horse 7 battery';
export const CONTEXT: RequestContext = { ip: '203.0.113.7', userAgent: 'a browser', requestId: 'r1' };
export const ACCESS_TOKEN_SECONDS = 900;
export const REFRESH_TOKEN_SECONDS = 86_400;
export const VERIFICATION_SECONDS = 86_400;

const box = createSecretBox(['a secret key for tests, long enough']);
const keyFactory = createSigningKeyFactory({ box });
const signingKey = keyFactory.generate('ES256');
const commonPasswords = createCommonPasswords();

export type ServiceOptions = Partial<TenantDefaults> &
  Readonly<{
    graceSeconds?: number;
    /** Puts another unit of work around the store's, for the use cases alone. */
    around?: Around;
  }>;
export type ServiceFixture = Awaited<ReturnType<typeof serviceFixture>>;

/** Every use case over the memory store, in one active tenant `acme` where addresses must be verified. */
export async function serviceFixture({
  graceSeconds = 10,
  around = (unitOfWork) => unitOfWork,
  ...settings
}: ServiceOptions = {}) {
  const clock = fakeClock();
  const crypto = createNodeCrypto(clock);
  const store = createMemoryStore({ clock, crypto, graceSeconds });
  const { sessionStore, tenantDirectory: tenants } = store;
  const unitOfWork = around(store.unitOfWork);
  const hasher = fakeHasher();
  const background = fakeBackground();
  const accessTokens = createAccessTokens({ box });
  accessTokens.use([await signingKey]);
  const stopwatch = { elapsedMs: () => clock.now().getTime() };
  const reloadKeys = async () => {
    accessTokens.use([await signingKey]);
  };
  const feed = createRevocationFeed({ log: store.revocationLog, stopwatch, reloadKeys });
  const sessions = createRememberedSessions({ sessionStore, feed, stopwatch });
  const macKeys = createMacKeys(['a secret key for tests, long enough']);
  const tenantDefaults: TenantDefaults = {
    emailVerificationRequired: true,
    sessionMaxDevices: 10,
    sessionInactivityDays: 30,
    maxLoginAttempts: 5,
    lockoutSeconds: 1_800,
    ...settings,
  };

  const shared = {
    unitOfWork,
    clock,
    crypto,
    hasher,
    commonPasswords,
    tenantDefaults,
    sessionStore,
    tenants,
  };
  const placeTable = new Map<string, Place>();
  const tokens = {
    places: createPlaces(placeTable),
    macKeys,
    accessTokens,
    issuer: ISSUER,
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: REFRESH_TOKEN_SECONDS,
    refreshTokenLifetimeSeconds: 30 * 86_400,
  };
  const attempts = store.attemptStore;
  const locked: AttemptKey['name'][] = [];
  const onLocked = (keys: readonly AttemptKey[]): void => {
    locked.push(...keys.map(({ name }) => name));
  };
  const registration = { ...shared, attempts, onLocked, verificationLifetimeSeconds: VERIFICATION_SECONDS };
  const invite = createInvite(shared);

  return {
    clock,
    crypto,
    store,
    hasher,
    background,
    locked,
    /** Where each address is. Empty: nobody knows of any. */
    placeTable,
    tenantDefaults,
    accessTokens,
    macKeys,
    keyFactory,
    tenant: await makeTenant(store, crypto.newId() as TenantId, 'acme'),
    register: createRegister(registration),
    verifyEmail: createVerifyEmail(registration),
    resendVerification: createResendVerification(registration),
    invite,
    acceptInvitation: createAcceptInvitation({ ...shared, ...tokens }),
    createAdmin: createCreateAdmin({ ...shared, invite }),
    login: createLogin({
      ...shared,
      ...tokens,
      attempts,
      onLocked,
      credentials: store.credentialLookup,
      maxLoginAttemptsPerAddress: MAX_LOGIN_ATTEMPTS_PER_ADDRESS,
      inBackground: background.run,
    }),
    reauthenticate: createReauthenticate({
      ...{ ...shared, ...tokens, attempts, onLocked },
      credentials: store.credentialLookup,
      maxLoginAttemptsPerAddress: MAX_LOGIN_ATTEMPTS_PER_ADDRESS,
    }),
    reauthenticationMethods: createReauthenticationMethods(store.credentialLookup),
    listSessions: createListSessions({ unitOfWork, sessionStore }),
    refresh: createRefresh({
      ...{ ...shared, ...tokens, sessions },
      onContextChanged: createWatchRefreshes({ ...shared, ...tokens }),
      onNoteLost: () => undefined,
    }),
    readRefreshToken: createReadRefreshToken(macKeys),
    authenticate: createAuthenticate({ ...shared, ...tokens, feed, sessions }),
    feed,
    sessions,
    endSessions: createEndSessions(unitOfWork),
    logOut: createLogOut({ ...shared, graceSeconds }),
    createTenant: createCreateTenant(shared),
    resolveTenant: createResolveTenant({ tenants, defaultTenant: tenantSlug('acme') }),
    deliverMails: () => deliverOrThrow(store, clock),
  };
}

/** Delivers what is due into the development mailbox, and says how many mails there were. */
async function deliverOrThrow(
  { mailQueue: queue, devTransport: transport }: ReturnType<typeof createMemoryStore>,
  clock: Clock,
): Promise<number> {
  const failures: unknown[] = [];
  const onFailure = (_mailId: string, error: unknown) => failures.push(error);
  const delivery = createMailDelivery({
    ...{ queue, transport, clock, publicUrl: ISSUER, onFailure },
    random: Math.random,
  });
  const taken = await deliverAll(delivery);
  if (failures.length > 0) throw failures[0];
  return taken;
}

async function makeTenant(
  store: ReturnType<typeof createMemoryStore>,
  id: TenantId,
  slug: string,
): Promise<Tenant> {
  const wanted = { id, slug: tenantSlug(slug), name: `The ${slug} company` };
  const tenant = await store.unitOfWork.run(id, ({ tenants }) => tenants.insert(wanted));
  if (!tenant) throw new Error(`The slug ${slug} is taken`);
  return tenant;
}

/** A further tenant, with settings of its own. */
export async function addTenant(
  { store, crypto }: ServiceFixture,
  slug: string,
  settings: TenantSettings = {},
): Promise<Tenant> {
  const tenant = await makeTenant(store, crypto.newId() as TenantId, slug);
  await store.tamper.setTenantSettings(tenant.id, settings);
  return { ...tenant, settings };
}

/** A verified user of the fixture's tenant (or another) whose password is {@link PASSWORD}. */
export async function addUser(
  { store, crypto, hasher, tenant }: ServiceFixture,
  change: Partial<NewUser> = {},
  tenantId: TenantId = tenant.id,
): Promise<User> {
  const passwordHash = await hasher.hash(PASSWORD, tenantId);
  const wanted = {
    id: crypto.newId() as UserId,
    email: email('ada@example.com'),
    emailVerified: true,
    username: null,
    name: null,
    locale: null,
    passwordHash,
    roles: ['member'],
    ...change,
  };
  const insertion = await store.unitOfWork.run(tenantId, ({ users }) => users.insert(wanted));
  if (insertion.kind !== 'inserted') throw new Error(`A test's user was not inserted: ${insertion.kind}`);
  return insertion.user;
}
