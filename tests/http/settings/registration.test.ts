import { describe, expect, it } from 'vitest';
import { email } from '../../support/parsed.ts';
import { PASSWORD } from '../../support/service.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newAddress, register, signIn } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { setSettings, tenantWith } from './tenant-settings.ts';

const lax = sharedService({ REQUIRE_EMAIL_VERIFICATION: 'false' });
const strict = sharedService({ REQUIRE_EMAIL_VERIFICATION: 'true' });

describe('signup', () => {
  const someone = () => ({ email: newAddress(), password: PASSWORD });

  it.each([
    'closed',
    'invite',
  ])('%s turns strangers away, and lets those in who are there', async (signup) => {
    const { post } = lax();
    const tenant = await tenantWith(lax());
    const person = await register(lax(), {}, tenant.headers);

    await setSettings(lax(), tenant, { signup });

    expectProblem(await post('/auth/register', someone(), tenant.headers), 'signup_closed');
    await signIn(lax(), person, {}, tenant.headers);
  });

  it.each(['closed', 'invite'])('%s takes those who are invited', async (signup) => {
    const { app, post } = lax();
    const tenant = await tenantWith(lax(), { signup });
    const { token } = await app.services.createAdmin(tenant, email(newAddress()), 'owner', null);

    const accepted = await post('/auth/invitations/accept', { token, password: PASSWORD });

    expect(accepted.statusCode, accepted.body).toBe(200);
  });

  it('opens again at once, by its value and by none', async () => {
    const { post } = lax();
    for (const signup of ['open', null]) {
      const tenant = await tenantWith(lax(), { signup: 'closed' });
      expectProblem(await post('/auth/register', someone(), tenant.headers), 'signup_closed');
      await setSettings(lax(), tenant, { signup });
      await register(lax(), {}, tenant.headers);
    }
  });

  it('is of one tenant: another stays open, and the platform stays closed', async () => {
    const { app, post } = lax();
    await tenantWith(lax(), { signup: 'closed' });
    const platform = await app.services.resolveTenant.byName('platform');
    await setSettings(lax(), platform, { signup: 'open' });

    await register(lax());

    const answer = await post('/auth/register', someone(), { 'x-tenant': 'platform' });
    expectProblem(answer, 'signup_closed');
  });
});

describe('email_verification_required', () => {
  const registerAt = (service: typeof lax, headers: Record<string, string>) =>
    service().post('/auth/register', { email: newAddress(), password: PASSWORD }, headers);

  it('is asked for by a tenant where the environment does not', async () => {
    const tenant = await tenantWith(lax(), { email_verification_required: true });
    const answer = await registerAt(lax, tenant.headers);
    expect([answer.statusCode, answer.json()]).toEqual([202, { status: 'email_verification_required' }]);
    expect((await registerAt(lax, {})).statusCode).toBe(201);
  });

  it('is waived by a tenant where the environment asks for it', async () => {
    const tenant = await tenantWith(strict(), { email_verification_required: false });
    expect((await registerAt(strict, tenant.headers)).statusCode).toBe(201);
    expect((await registerAt(strict, {})).statusCode).toBe(202);
  });

  it('holds at once for accounts that are there, and returns to the environment by null', async () => {
    const tenant = await tenantWith(lax());
    const person = await register(lax(), {}, tenant.headers);
    const login = () =>
      lax().post('/auth/login', { email: person.email, password: person.password }, tenant.headers);
    const { accessToken } = await signIn(lax(), person, {}, tenant.headers);

    await setSettings(lax(), tenant, { email_verification_required: true });
    expectProblem(await login(), 'email_not_verified');
    expect((await lax().get('/auth/me', bearer({ accessToken }))).statusCode).toBe(200);

    await setSettings(lax(), tenant, { email_verification_required: null });
    expect((await login()).statusCode).toBe(200);
  });
});

describe('password_policy', () => {
  const codeOf = async (password: string, headers: Record<string, string>) => {
    const answer = await lax().post('/auth/register', { email: newAddress(), password }, headers);
    return answer.statusCode === 201 ? 201 : answer.json().code;
  };

  it('replaces each rule by itself', async () => {
    const { headers } = await tenantWith(lax(), {
      password_policy: { min_length: 12, max_length: 20, digit: false },
    });

    expect(await codeOf('Tall-Oak-77', headers)).toBe('password_too_short');
    expect(await codeOf('Tall-Oak-Tree', headers)).toBe(201);
    expect(await codeOf('tall-oak-tree', headers)).toBe('password_too_weak');
    expect(await codeOf('Tall-Oak-Tree-Forest-7', headers)).toBe('password_too_long');
    expect(await codeOf('Tall-Oak-77', {})).toBe(201);
    expect(await codeOf('Tall-Oak-Tree', {})).toBe('password_too_weak');
  });

  it('may ask for length alone', async () => {
    const tenant = await tenantWith(lax(), {
      password_policy: { upper: false, lower: false, digit: false },
    });
    expect(await codeOf('==////==++', tenant.headers)).toBe(201);

    await setSettings(lax(), tenant, { password_policy: null });
    expect(await codeOf('==////==++', tenant.headers)).toBe('password_too_weak');
  });

  it('judges the password of an invitation as well', async () => {
    const { app, post } = lax();
    const tenant = await tenantWith(lax(), { password_policy: { min_length: 30 } });
    const { token } = await app.services.createAdmin(tenant, email(newAddress()), 'admin', null);

    const answer = await post('/auth/invitations/accept', { token, password: PASSWORD });

    expectProblem(answer, 'password_too_short');
  });

  it('says nothing about passwords that were set before', async () => {
    const tenant = await tenantWith(lax());
    const person = await register(lax(), {}, tenant.headers);

    await setSettings(lax(), tenant, { password_policy: { min_length: 60 } });

    await signIn(lax(), person, {}, tenant.headers);
  });
});

// Every insert checks its tenant by a foreign key, and must not wait for a change of settings to commit.
it('lets people register while somebody is changing the settings', async () => {
  const tenant = await tenantWith(lax());

  const person = await lax().app.services.unitOfWork.run(tenant.id, async ({ tenants }) => {
    await tenants.lock();
    await tenants.replaceSettings({ signup: 'closed' });
    return register(lax(), {}, tenant.headers);
  });

  expect(person.userId).toMatch(/./);
});
