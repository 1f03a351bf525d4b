import { describe, expect, it } from 'vitest';
import type { Place } from '../../../core/protection/index.ts';
import type { SignedIn } from '../../../core/sessions/index.ts';
import type { LoginRequest } from '../../../core/sign-in/index.ts';
import type { TenantSettings } from '../../../core/tenants/index.ts';
import { username } from '../../support/parsed.ts';
import { loginRequest, mailsTo } from '../../support/requests.ts';
import {
  addUser,
  CONTEXT,
  type ServiceFixture,
  type ServiceOptions,
  serviceFixture,
} from '../../support/service-fixture.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const BERN = '192.0.2.10';
const TOKYO = '198.51.100.20';
const PRIVATE = '10.0.0.8';
const RAISED = ['device.added', 'suspicion.raised'];

const country = (code: string): Place => ({ country: code, city: null, latitude: null, longitude: null });

/** Ada, who signed in with Firefox in Switzerland, and what follows as her tenant has set it. */
async function watched(alerts: TenantSettings['alerts'] = {}, options: ServiceOptions = {}) {
  const fixture = await serviceFixture(options);
  const user = await addUser(fixture, {
    emailVerified: options.emailVerificationRequired ?? true,
    username: username('ada'),
  });
  fixture.placeTable.set(BERN, country('CH')).set(TOKYO, country('JP'));
  const tenant = { ...fixture.tenant, settings: { alerts } };
  const login = (ip: string, userAgent: string, change: Partial<LoginRequest> = {}): Promise<SignedIn> =>
    fixture.login(loginRequest(fixture, { tenant, context: { ...CONTEXT, ip, userAgent }, ...change }));
  const first = await login(BERN, FIREFOX);
  fixture.clock.advance(300);
  return { ...fixture, fixture, user, login, first };
}

const eventsOf = ({ store, tenant }: ServiceFixture) =>
  store.auditOf(tenant.id).filter(({ type }) => RAISED.includes(type));
const templatesOf = async (fixture: ServiceFixture) =>
  (await mailsTo(fixture)).map(({ template }) => template);
const isStepUpDue = async ({ store, tenant }: ServiceFixture, { session, user }: SignedIn) => {
  const check = await store.sessionStore.look(tenant.id, session.id, user.id);
  return check.kind === 'live' && check.isStepUpDue;
};

describe('a sign-in of which there is nothing to tell', () => {
  it('raises nothing and demands nothing: the first of an account, and the same client again', async () => {
    const { fixture, login, first } = await watched({ new_device: 'step_up', suspicious: 'step_up' });

    const again = await login(BERN, FIREFOX);

    expect(eventsOf(fixture)).toEqual([]);
    expect(await templatesOf(fixture)).toEqual([]);
    expect([await isStepUpDue(fixture, first), await isStepUpDue(fixture, again)]).toEqual([false, false]);
  });

  it('is one from an address that has no place', async () => {
    const { fixture, login } = await watched();

    await login(PRIVATE, FIREFOX);
    await login(BERN, FIREFOX);

    expect(eventsOf(fixture)).toEqual([]);
  });

  it('is one on a device that is known, with whatever program', async () => {
    const { fixture, login } = await watched();
    const device = { secrets: [], isKept: true };
    const { newDeviceSecret } = await fixture.login(
      loginRequest(fixture, { device, context: { ...CONTEXT, ip: BERN, userAgent: FIREFOX } }),
    );

    await login(BERN, SAFARI, {
      device: { secrets: newDeviceSecret ? [newDeviceSecret] : [], isKept: true },
    });

    expect(newDeviceSecret).not.toBeNull();
    expect(eventsOf(fixture)).toEqual([]);
  });

  it('is one that was refused', async () => {
    const { fixture, login } = await watched();

    await expect(login(TOKYO, SAFARI, { password: 'wrong' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    });

    expect(eventsOf(fixture)).toEqual([]);
    expect(await templatesOf(fixture)).toEqual([]);
  });
});

describe('a new device', () => {
  it('is audited and, where the tenant has set nothing, mailed', async () => {
    const { fixture, login, user } = await watched();

    const { session } = await login(BERN, SAFARI, { deviceName: 'Buy-Pills-At' });

    expect(eventsOf(fixture)).toEqual([
      expect.objectContaining({
        type: 'device.added',
        outcome: 'success',
        actor: { type: 'user', id: user.id },
        target: { type: 'session', id: session.id },
        // Not what the device is called: that would outlive its owner's account.
        data: { browser: 'Safari', os: 'iOS', response: 'mail' },
        ip: BERN,
      }),
    ]);
    const [mail, ...others] = await mailsTo(fixture);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ template: 'new_device_sign_in', to: 'ada@example.com', links: [] });
    expect(mail?.text).toContain('2026-01-01 00:05 UTC, Safari on iOS, Switzerland.');
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/Buy-Pills|Mozilla|192\.0/);
  });

  it('is only audited where the tenant has turned alerts about it off', async () => {
    const { fixture, login } = await watched({ new_device: 'off' });

    const signedIn = await login(BERN, SAFARI);

    expect(eventsOf(fixture).map(({ data }) => data['response'])).toEqual(['off']);
    expect(await templatesOf(fixture)).toEqual([]);
    expect(await isStepUpDue(fixture, signedIn)).toBe(false);
  });

  it('has its user prove again who they are, and a mail, where the tenant wants that', async () => {
    const { fixture, login, first } = await watched({ new_device: 'step_up' });

    const signedIn = await login(BERN, SAFARI);

    expect(await isStepUpDue(fixture, signedIn)).toBe(true);
    expect(await isStepUpDue(fixture, first)).toBe(false);
    expect(await templatesOf(fixture)).toEqual(['new_device_sign_in']);
  });

  // Rule 24, and because nobody has shown that the mailbox is the user's.
  it('is mailed to no address that is not verified, and demands a fresh sign-in all the same', async () => {
    const { fixture, login } = await watched({ new_device: 'step_up' }, { emailVerificationRequired: false });

    const signedIn = await login(BERN, SAFARI);

    expect(await templatesOf(fixture)).toEqual([]);
    expect(await isStepUpDue(fixture, signedIn)).toBe(true);
  });
});

describe('what looks wrong', () => {
  it('is audited signal by signal, and mailed once', async () => {
    const { fixture, login } = await watched();

    await login(TOKYO, SAFARI);

    expect(eventsOf(fixture).map(({ type, data }) => [type, data['kind'], data['response']])).toEqual([
      ['device.added', undefined, 'mail'],
      ['suspicion.raised', 'new_country', 'mail'],
      ['suspicion.raised', 'impossible_travel', 'mail'],
    ]);
    const [mail, ...others] = await mailsTo(fixture);
    expect([mail?.template, others]).toEqual(['suspicious_activity', []]);
    expect(mail?.text).toContain('2026-01-01 00:05 UTC, Safari on iOS, Japan.');
    expect(mail?.text).toMatch(/device is new.*not signed in from this country.*made the journey/s);
  });

  it('tells countries and no address in what outlives the person', async () => {
    const { fixture, login } = await watched();

    await login(TOKYO, FIREFOX);

    const data = eventsOf(fixture).map((event) => event.data);
    expect(data).toContainEqual({
      ...{ kind: 'impossible_travel', from_country: 'CH', country: 'JP', minutes: 5 },
      ...{ distance_km: expect.any(Number), response: 'mail' },
    });
    expect(JSON.stringify(data)).not.toContain(TOKYO);
  });

  it('is not told in the mail about a device where only that is wanted', async () => {
    const { fixture, login } = await watched({ suspicious: 'off' });

    const signedIn = await login(TOKYO, SAFARI);

    expect(eventsOf(fixture)).toHaveLength(3);
    expect(await templatesOf(fixture)).toEqual(['new_device_sign_in']);
    expect(await isStepUpDue(fixture, signedIn)).toBe(false);
  });

  it('demands a fresh sign-in of the session itself, by its own setting', async () => {
    const { fixture, login } = await watched({ new_device: 'off', suspicious: 'step_up' });

    const signedIn = await login(TOKYO, FIREFOX);

    expect(await isStepUpDue(fixture, signedIn)).toBe(true);
    expect(await templatesOf(fixture)).toEqual(['suspicious_activity']);
  });

  it('is a right password after many wrong ones, counted since the last right one', async () => {
    const { fixture, login } = await watched();
    const guess = (times: number) =>
      Promise.all(
        Array.from({ length: times }, () =>
          expect(login(BERN, FIREFOX, { password: 'wrong' })).rejects.toThrow(),
        ),
      );
    await guess(2);
    await login(BERN, FIREFOX);
    await guess(4);
    await login(BERN, FIREFOX);
    await login(BERN, FIREFOX);

    expect(eventsOf(fixture).map(({ data }) => data)).toEqual([
      { kind: 'failures_then_success', failures: 4, response: 'mail' },
    ]);
  });

  it('counts those under every name of the account', async () => {
    const { fixture, login } = await watched();
    const { identifier } = loginRequest(fixture, { as: 'ada' });
    await expect(login(BERN, FIREFOX, { password: 'wrong' })).rejects.toThrow();
    await expect(login(BERN, FIREFOX, { password: 'wrong' })).rejects.toThrow();
    await expect(login(BERN, FIREFOX, { identifier, password: 'wrong' })).rejects.toThrow();

    await login(BERN, FIREFOX);

    expect(eventsOf(fixture).map(({ data }) => data['failures'])).toEqual([3]);
  });

  // A session lives for weeks: where it was used last counts, not where its user signed in.
  it('goes by where a session was used last', async () => {
    const { fixture, login, first, clock, store, tenant } = await watched();
    clock.advance(20 * 3_600);
    await store.sessionStore.noteSeen([{ tenantId: tenant.id, sessionId: first.session.id, ageMs: 0 }]);
    clock.advance(60);

    await login(TOKYO, FIREFOX);

    expect(eventsOf(fixture).map(({ data }) => [data['kind'], data['minutes']])).toEqual([
      ['new_country', undefined],
      // An access token lives for 15 minutes after the refresh that noted the place.
      ['impossible_travel', 16],
    ]);
  });
});

it('goes by the session that was used last, not by the one that began last', async () => {
  const { fixture, login, first, clock, store, tenant } = await watched();
  clock.advance(20 * 3_600);
  await login(TOKYO, FIREFOX);
  clock.advance(3 * 3_600);
  await store.sessionStore.noteSeen([{ tenantId: tenant.id, sessionId: first.session.id, ageMs: 0 }]);

  await login(TOKYO, FIREFOX);

  expect(eventsOf(fixture).map(({ data }) => data['kind'])).toEqual(['new_country', 'impossible_travel']);
});

describe('a refresh from elsewhere', () => {
  const refresh = ({ refresh, readRefreshToken }: ServiceFixture, { refreshToken }: SignedIn, ip: string) => {
    const token = readRefreshToken(refreshToken);
    if (!token) throw new Error('A test refreshes with what is no token of ours');
    return refresh(token, { named: null, context: { ...CONTEXT, ip, userAgent: FIREFOX } });
  };

  it('is audited and mailed, and goes on', async () => {
    const { fixture, first, user } = await watched();

    const next = await refresh(fixture, first, TOKYO);

    expect(eventsOf(fixture)).toMatchObject([
      {
        type: 'suspicion.raised',
        actor: { type: 'user', id: user.id },
        target: { type: 'session', id: first.session.id },
        data: { kind: 'refresh_elsewhere', from_country: 'CH', country: 'JP', response: 'mail' },
      },
    ]);
    const [mail] = await mailsTo(fixture);
    expect(mail?.template).toBe('suspicious_activity');
    expect(mail?.text).toContain('A session of your account');
    expect(await isStepUpDue(fixture, next)).toBe(false);
  });

  it('demands a fresh sign-in where the tenant wants that', async () => {
    const { fixture, first, tenant, store } = await watched();
    await store.tamper.setTenantSettings(tenant.id, { alerts: { suspicious: 'step_up' } });

    await refresh(fixture, first, TOKYO);

    expect(await isStepUpDue(fixture, first)).toBe(true);
  });

  it('is nothing to tell within a country, or where nobody knows the place', async () => {
    const { fixture, first } = await watched();
    const OTHER = '203.0.113.200';
    fixture.placeTable.set(OTHER, country('CH'));

    const second = await refresh(fixture, first, OTHER);
    await refresh(fixture, second, PRIVATE);

    expect(eventsOf(fixture)).toEqual([]);
    expect(await templatesOf(fixture)).toEqual([]);
  });
});

describe('a refresh token that comes back', () => {
  async function stolen(options: ServiceOptions = {}) {
    const all = await watched({ new_device: 'off', suspicious: 'off' }, options);
    const token = all.readRefreshToken(all.first.refreshToken);
    if (!token) throw new Error('A sign-in answered with what is no token of ours');
    const use = (ip: string) =>
      all.refresh(token, { named: null, context: { ...CONTEXT, ip, userAgent: SAFARI } });
    await use(BERN);
    all.clock.advance(3600);
    return { ...all, use };
  }

  it('has its owner told by mail, once, with where it was used; whatever the tenant has set', async () => {
    const { fixture, use } = await stolen();

    await expect(use(TOKYO)).rejects.toMatchObject({ code: 'refresh_token_invalid' });
    await expect(use(TOKYO)).rejects.toMatchObject({ code: 'refresh_token_invalid' });

    const mails = await mailsTo(fixture);
    expect(mails.map(({ template }) => template)).toEqual(['session_theft']);
    expect(mails[0]?.text).toContain('2026-01-01 01:05 UTC, Safari on iOS, Japan.');
  });

  it('is mailed to no address that is not verified', async () => {
    const { fixture, use } = await stolen({ emailVerificationRequired: false });

    await expect(use(TOKYO)).rejects.toMatchObject({ code: 'refresh_token_invalid' });

    expect(await templatesOf(fixture)).toEqual([]);
  });
});
