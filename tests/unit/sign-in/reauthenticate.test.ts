import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../../core/protection/index.ts';
import type { SignedIn } from '../../../core/sessions/index.ts';
import type { ReauthenticationRequest } from '../../../core/sign-in/index.ts';
import { auditTypes, loginRequest, signIn } from '../../support/requests.ts';
import {
  addUser,
  CONTEXT,
  MAX_LOGIN_ATTEMPTS_PER_ADDRESS,
  PASSWORD,
  type ServiceFixture,
  type ServiceOptions,
  serviceFixture,
} from '../../support/service-fixture.ts';
import { callLog } from '../../support/unit-of-work.ts';

const LOCKED = { code: 'account_locked' };
const WRONG = { code: 'invalid_credentials' };
const WRONG_CODE = { code: 'code_invalid' };
const ENDED = { code: 'session_revoked' };
const CODE = { method: 'code' } as const;

/** A user who signed in an hour ago. */
async function signedInFixture(options: ServiceOptions = {}) {
  const fixture = await serviceFixture(options);
  const user = await addUser(fixture);
  const signedIn = await signIn(fixture);
  fixture.clock.advance(3_600);
  return { ...fixture, user, signedIn };
}

type SignedInFixture = Awaited<ReturnType<typeof signedInFixture>>;

function prove(
  { reauthenticate, signedIn }: ServiceFixture & Readonly<{ signedIn: SignedIn }>,
  change: Partial<ReauthenticationRequest> = {},
) {
  const { tenant, user, session } = signedIn;
  return reauthenticate({
    ...{ tenant, user, session },
    proof: { method: 'password', password: PASSWORD },
    deviceSecrets: [],
    addressGroup: '192.0.2.1',
    excess: null,
    context: CONTEXT,
    ...change,
  });
}

const wrong = (fixture: SignedInFixture, change: Partial<ReauthenticationRequest> = {}) =>
  prove(fixture, { proof: { method: 'password', password: 'Wrong-Password-1' }, ...change });

const eventsOf = ({ store, tenant }: ServiceFixture, prefix: string) =>
  store.auditOf(tenant.id).filter(({ type }) => type.startsWith(prefix));

async function ageOf({ store, signedIn: { tenant, session, user } }: SignedInFixture) {
  const check = await store.sessionStore.look(tenant.id, session.id, user.id);
  return check.kind === 'live' ? check.authAgeMs : null;
}

describe('a right password', () => {
  it('makes the sign-in one of this moment, and answers an access token that says so', async () => {
    const fixture = await signedInFixture();

    const fresh = await prove(fixture);

    const now = fixture.clock.now();
    expect(await ageOf(fixture)).toBe(0);
    expect(fresh.session).toMatchObject({
      id: fixture.signedIn.session.id,
      authTime: now,
      amr: ['pwd'],
      aal: 1,
    });
    expect(fixture.accessTokens.open(fresh.accessToken)).toMatchObject({
      sid: fixture.signedIn.session.id,
      auth_time: now.getTime() / 1000,
      iat: now.getTime() / 1000,
      amr: ['pwd'],
    });
  });

  it('leaves the refresh token and the limits of the session as they are', async () => {
    const fixture = await signedInFixture();

    const fresh = await prove(fixture);

    expect(fresh).not.toHaveProperty('refreshToken');
    expect(fresh.session.expiresAt).toEqual(fixture.signedIn.session.expiresAt);
    const token = fixture.readRefreshToken(fixture.signedIn.refreshToken);
    if (!token) throw new Error('A refresh token of ours was not read');
    const refreshed = await fixture.refresh(token, { named: null, context: CONTEXT });
    expect(refreshed.session.authTime).toEqual(fresh.session.authTime);
  });

  it('is told in the audit, with what was proved', async () => {
    const fixture = await signedInFixture();

    await prove(fixture);

    expect(eventsOf(fixture, 'session.')).toEqual([
      expect.objectContaining({
        type: 'session.reauthenticated',
        outcome: 'success',
        actor: { type: 'user', id: fixture.user.id },
        target: { type: 'session', id: fixture.signedIn.session.id },
        data: { amr: ['pwd'], aal: 1 },
        ip: CONTEXT.ip,
      }),
    ]);
  });

  it('ends the count of wrong ones, those at sign-in too', async () => {
    const fixture = await signedInFixture();
    for (let count = 0; count < 2; count += 1) {
      await expect(fixture.login(loginRequest(fixture, { password: 'x' }))).rejects.toMatchObject(WRONG);
      await expect(wrong(fixture)).rejects.toMatchObject(WRONG);
    }
    await prove(fixture);

    for (let count = 0; count < 4; count += 1) await expect(wrong(fixture)).rejects.toMatchObject(WRONG);

    expect((await prove(fixture)).user.id).toBe(fixture.user.id);
  });

  // Rule 32: hashing never runs in a transaction. And every transaction takes its locks in one order.
  it('is compared outside any transaction, and takes the counts before the user before the session', async () => {
    const log = callLog();
    const fixture = await signedInFixture({ around: log.around });
    log.take();
    let calls: readonly string[] | null = null;
    fixture.hasher.duringNextComparison(async () => {
      calls = log.take();
    });

    await prove(fixture);

    expect(calls).toEqual([]);
    expect(log.take()).toEqual([
      'attempts.hold',
      'users.lock',
      'sessions.freshen',
      'audit.record',
      'attempts.succeed',
    ]);
  });
});

describe('a wrong password', () => {
  it('is refused, told in the audit, and leaves the sign-in as old as it is', async () => {
    const fixture = await signedInFixture();

    await expect(wrong(fixture)).rejects.toMatchObject(WRONG);

    expect(await ageOf(fixture)).toBe(3_600_000);
    expect(eventsOf(fixture, 'session.')).toEqual([
      expect.objectContaining({
        type: 'session.reauthentication_failed',
        outcome: 'failure',
        actor: { type: 'user', id: fixture.user.id },
        target: { type: 'session', id: fixture.signedIn.session.id },
        data: { method: 'password', reason: 'wrong_password' },
      }),
    ]);
  });

  it('counts as one at sign-in: the fifth of both together locks both', async () => {
    const fixture = await signedInFixture();
    for (let count = 0; count < 3; count += 1) await expect(wrong(fixture)).rejects.toMatchObject(WRONG);
    for (let count = 0; count < 2; count += 1) {
      await expect(fixture.login(loginRequest(fixture, { password: 'x' }))).rejects.toMatchObject(WRONG);
    }

    await expect(prove(fixture)).rejects.toMatchObject({ ...LOCKED, retryAfterSeconds: 1_800 });
    await expect(signIn(fixture)).rejects.toMatchObject(LOCKED);
  });

  it('locks the account under every name that it has, and says so here', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture, { username: 'ada' as never });
    const signedIn = await signIn(fixture);
    for (let count = 0; count < 5; count += 1) {
      const guess = loginRequest(fixture, { as: 'ada', password: 'x' });
      await expect(fixture.login(guess)).rejects.toMatchObject(WRONG);
    }

    await expect(prove({ ...fixture, signedIn })).rejects.toMatchObject(LOCKED);
  });

  it('tells of the lock that it brings about, once', async () => {
    const fixture = await signedInFixture();
    for (let count = 0; count < 5; count += 1) await expect(wrong(fixture)).rejects.toMatchObject(WRONG);
    await expect(wrong(fixture)).rejects.toMatchObject(LOCKED);

    expect(fixture.locked).toEqual(['identifier', 'user']);
    expect(eventsOf(fixture, 'account.locked')).toEqual([
      expect.objectContaining({
        target: { type: 'user', id: fixture.user.id },
        data: { by: ['identifier', 'user'], seconds: 1_800 },
      }),
    ]);
  });

  it('counts against a device that is known alone, and locks it alone', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    const browser = { secrets: [], isKept: true };
    const signedIn = await fixture.login(loginRequest(fixture, { device: browser }));
    const { newDeviceSecret } = signedIn;
    if (!newDeviceSecret) throw new Error('The browser was given nothing to be known by');
    const deviceSecrets = [newDeviceSecret];
    const guess = { proof: { method: 'password', password: 'x' } as const, deviceSecrets };
    for (let count = 0; count < 5; count += 1) {
      await expect(prove({ ...fixture, signedIn }, guess)).rejects.toMatchObject(WRONG);
    }

    await expect(prove({ ...fixture, signedIn }, { deviceSecrets })).rejects.toMatchObject(LOCKED);
    expect((await prove({ ...fixture, signedIn })).session.id).toBe(signedIn.session.id);
  });

  it('counts against the network address, which is blocked by many of them', async () => {
    const fixture = await signedInFixture({ maxLoginAttempts: 1_000 });
    for (let count = 0; count < MAX_LOGIN_ATTEMPTS_PER_ADDRESS; count += 1) {
      await expect(wrong(fixture)).rejects.toMatchObject(WRONG);
    }

    await expect(prove(fixture)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(auditTypes(fixture)).toContain('address.blocked');
    expect((await prove(fixture, { addressGroup: '192.0.2.2' })).user.id).toBe(fixture.user.id);
  });
});

describe('the rate limit', () => {
  const excess = new RateLimited(42);

  it('is spoken where nothing is locked, and nothing is compared', async () => {
    const fixture = await signedInFixture();
    const before = fixture.hasher.comparisons();

    await expect(prove(fixture, { excess })).rejects.toBe(excess);

    expect(fixture.hasher.comparisons()).toBe(before);
    expect(await ageOf(fixture)).toBe(3_600_000);
  });

  it('comes after a lock', async () => {
    const fixture = await signedInFixture();
    for (let count = 0; count < 5; count += 1) await expect(wrong(fixture)).rejects.toMatchObject(WRONG);
    await expect(prove(fixture, { excess })).rejects.toMatchObject(LOCKED);
  });
});

describe('what an account has nothing of', () => {
  it.each([
    'code',
    'webauthn',
    'email',
  ] as const)('%s proves nothing, and no password is compared', async (method) => {
    const fixture = await signedInFixture();
    const before = fixture.hasher.comparisons();

    await expect(prove(fixture, { proof: { method } })).rejects.toMatchObject(WRONG_CODE);

    expect(fixture.hasher.comparisons()).toBe(before);
    expect(await ageOf(fixture)).toBe(3_600_000);
    expect(eventsOf(fixture, 'session.')).toEqual([
      expect.objectContaining({
        type: 'session.reauthentication_failed',
        data: { method, reason: 'no_such_method' },
      }),
    ]);
  });

  // Rules 5 and 12: all second factors share one count, and it is not that of the password.
  it('is counted, ten of them together in half an hour, and locks no password', async () => {
    const fixture = await signedInFixture();
    for (let count = 0; count < 10; count += 1) {
      const method = (['code', 'webauthn', 'email'] as const)[count % 3] ?? 'code';
      await expect(prove(fixture, { proof: { method } })).rejects.toMatchObject(WRONG_CODE);
    }

    await expect(prove(fixture, { proof: CODE })).rejects.toMatchObject({
      ...LOCKED,
      retryAfterSeconds: 1_800,
    });
    expect(fixture.locked).toEqual(['second_factor']);
    expect((await prove(fixture)).user.id).toBe(fixture.user.id);
  });

  it('is a password, of an account without one: wrong like any other, after as much work', async () => {
    const fixture = await signedInFixture();
    const other = await addUser(fixture, { email: 'bob@example.com' as never, passwordHash: null });
    const before = fixture.hasher.comparisons();

    await expect(prove(fixture, { user: other })).rejects.toMatchObject(WRONG);

    expect(fixture.hasher.comparisons()).toBe(before + 1);
    expect(eventsOf(fixture, 'session.')[0]?.data).toEqual({ method: 'password', reason: 'no_such_method' });
  });
});

describe('meanwhile', () => {
  it.each(['suspended', 'deleted'] as const)('a user who is %s proves nothing more', async (status) => {
    const fixture = await signedInFixture();
    fixture.hasher.duringNextComparison(() =>
      fixture.store.tamper.setUserStatus(fixture.tenant.id, fixture.user.id, status),
    );

    await expect(prove(fixture)).rejects.toMatchObject(ENDED);

    expect(eventsOf(fixture, 'session.')).toEqual([]);
  });

  it('a session that ends stays ended, and the right password counts as no wrong one', async () => {
    const fixture = await signedInFixture({ maxLoginAttempts: 1 });
    const { tenant, user, session } = fixture.signedIn;
    const owner = { tenantId: tenant.id, userId: user.id, sessionId: session.id };
    fixture.hasher.duringNextComparison(() => fixture.endSessions.all(owner, false, CONTEXT));

    await expect(prove(fixture)).rejects.toMatchObject(ENDED);

    expect(await ageOf(fixture)).toBeNull();
    expect((await signIn(fixture)).user.id).toBe(user.id);
  });

  // Only the version of the credential tells that: the session lives on.
  it('a credential that changes takes back what was compared with it', async () => {
    const fixture = await signedInFixture();
    const { setUserStatus } = fixture.store.tamper;
    fixture.hasher.duringNextComparison(async () => {
      await setUserStatus(fixture.tenant.id, fixture.user.id, 'suspended');
      await setUserStatus(fixture.tenant.id, fixture.user.id, 'active');
    });

    await expect(prove(fixture)).rejects.toMatchObject(WRONG);

    expect(await ageOf(fixture)).toBe(3_600_000);
    expect(eventsOf(fixture, 'session.')[0]?.data).toEqual({
      method: 'password',
      reason: 'credential_changed',
    });
  });

  // Rule 30: nobody is told that the password was wrong because of load.
  it('an overload is told as such, and counts for nothing', async () => {
    const fixture = await signedInFixture({ maxLoginAttempts: 1 });
    fixture.hasher.overload();
    for (let count = 0; count < 3; count += 1) {
      await expect(prove(fixture)).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(eventsOf(fixture, 'session.')).toEqual([]);
  });
});

describe('the methods', () => {
  it('are the password, or nothing', async () => {
    const fixture = await signedInFixture();
    const other = await addUser(fixture, { email: 'bob@example.com' as never, passwordHash: null });
    const { tenant } = fixture;

    expect(await fixture.reauthenticationMethods({ tenant, user: fixture.user })).toEqual(['password']);
    expect(await fixture.reauthenticationMethods({ tenant, user: other })).toEqual([]);
  });

  // Between the look at the session and this one the address may become another's.
  it('are nobody else’s, whose address it has become', async () => {
    const fixture = await signedInFixture();
    const gone = await addUser(fixture, { email: 'bob@example.com' as never, passwordHash: null });
    const { tenant, user } = fixture;

    expect(await fixture.reauthenticationMethods({ tenant, user: { ...gone, email: user.email } })).toEqual(
      [],
    );
    await expect(prove(fixture, { user: { ...gone, email: user.email } })).rejects.toMatchObject(WRONG);
  });
});
