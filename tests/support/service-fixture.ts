import { createAccessTokens } from '../../adapters/crypto/access-tokens.ts';
import { createCommonPasswords } from '../../adapters/crypto/common-passwords.ts';
import { createMacKeys } from '../../adapters/crypto/mac-keys.ts';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../adapters/crypto/signing-keys.ts';
import { createMemoryStore } from '../../adapters/memory/store.ts';
import { createAcceptInvitation, createCreateAdmin, createInvite } from '../../core/invitations/index.ts';
import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import type { RequestContext } from '../../core/kernel/request-context.ts';
import { createDeliverMails } from '../../core/notifications/index.ts';
import {
  createRegister,
  createResendVerification,
  createVerifyEmail,
} from '../../core/registration/index.ts';
import {
  createAuthenticate,
  createEndSessions,
  createReadRefreshToken,
  createRefresh,
} from '../../core/sessions/index.ts';
import { createLogin } from '../../core/sign-in/index.ts';
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
import { email, tenantSlug } from './parsed.ts';
import type { Around } from './unit-of-work.ts';

export const ISSUER = 'https://auth.example.com';
/** Meets the default policy. */
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
  const macKeys = createMacKeys(['a secret key for tests, long enough']);
  const tenantDefaults: TenantDefaults = {
    emailVerificationRequired: true,
    sessionMaxDevices: 10,
    sessionInactivityDays: 30,
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
  const tokens = {
    macKeys,
    accessTokens,
    issuer: ISSUER,
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: REFRESH_TOKEN_SECONDS,
    refreshTokenLifetimeSeconds: 30 * 86_400,
  };
  const registration = { ...shared, verificationLifetimeSeconds: VERIFICATION_SECONDS };
  const invite = createInvite(shared);

  return {
    clock,
    crypto,
    store,
    hasher,
    background,
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
      credentials: store.credentialLookup,
      inBackground: background.run,
    }),
    refresh: createRefresh({ ...shared, ...tokens }),
    readRefreshToken: createReadRefreshToken(macKeys),
    authenticate: createAuthenticate({ ...shared, ...tokens }),
    endSessions: createEndSessions(unitOfWork),
    createTenant: createCreateTenant(shared),
    resolveTenant: createResolveTenant({ tenants, defaultTenant: tenantSlug('acme') }),
    deliverMails: createDeliverMails({
      queue: store.mailQueue,
      transport: store.devTransport,
      publicUrl: ISSUER,
      onFailure(_mailId, error) {
        throw error;
      },
    }),
  };
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
  const passwordHash = await hasher.hash(PASSWORD);
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
