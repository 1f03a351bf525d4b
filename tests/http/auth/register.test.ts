import { beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../core/tenants/index.ts';
import { PASSWORD } from '../../support/service.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { mailsTo } from '../support/mails.ts';
import { expectUserForm, newAddress, register, signIn } from '../support/people.ts';
import { expectFields, expectProblem, toldTo } from '../support/problems.ts';

const service = sharedService();
let acme: Tenant;
/** Wants addresses verified before there is an account. */
let strict: Tenant;

const CODES = ['closed', 'invite'] as const;
const atStrict = { 'x-tenant': 'strict' };

beforeAll(async () => {
  const { app, sql } = service();
  acme = await app.services.createTenant('acme', 'Acme');
  strict = await app.services.createTenant('strict', 'Strict');
  await sql(`UPDATE gatehouse.tenants SET settings = '{"email_verification_required":true}' WHERE id = $1`, [
    strict.id,
  ]);
  for (const signup of CODES) {
    const { id } = await app.services.createTenant(signup, signup);
    await sql('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [id, { signup }]);
  }
  const { id } = await app.services.createTenant('sleeping', 'Sleeping');
  await sql(`UPDATE gatehouse.tenants SET status = 'suspended' WHERE id = $1`, [id]);
});

describe('201', () => {
  it('makes an account at once and answers with it, signing nobody in', async () => {
    const email = newAddress();

    const response = await service().post('/auth/register', { email, password: PASSWORD });

    expect([response.statusCode, Object.keys(response.json())]).toEqual([201, ['user']]);
    const { user } = response.json();
    expectUserForm(user);
    expect(user).toMatchObject({
      email,
      email_verified: false,
      username: null,
      name: null,
      locale: null,
      picture: null,
      metadata: {},
      status: 'active',
      roles: ['member'],
      last_login_at: null,
    });
    expectNoCookie(response);
    await signIn(service(), { email, password: PASSWORD, userId: user.id });
  });

  it('keeps name, username and locale, the latter two in their one form', async () => {
    const wanted = { email: newAddress(), password: PASSWORD, name: 'Ada Lovelace' };

    const response = await service().post('/auth/register', {
      ...wanted,
      username: 'Ａda.L',
      locale: 'DE-at',
    });

    expect(response.json().user).toMatchObject({ name: 'Ada Lovelace', username: 'ada.l', locale: 'de-AT' });
  });

  it('takes null for what is left out', async () => {
    const body = { email: newAddress(), password: PASSWORD, name: null, username: null, locale: null };
    const response = await service().post('/auth/register', body);
    expect(response.json().user).toMatchObject({ name: null, username: null, locale: null });
  });

  it('stores the address in its canonical form', async () => {
    const id = newAddress().slice(0, 8);
    const response = await service().post('/auth/register', {
      email: ` ${id}@EXAMPLE．Test `,
      password: PASSWORD,
    });
    expect(response.json().user.email).toBe(`${id}@example.test`);
  });

  it('mails a verification link to the address, and says so in the audit log', async () => {
    const { email, userId } = await register(service());

    const token = await service().mailedToken(email);

    const verified = await service().post('/auth/email/verify', { token });
    expect(verified.statusCode).toBe(200);
    expect(await service().audit('user.registered')).toContainEqual(
      expect.objectContaining({ outcome: 'success', actor_type: 'anonymous', target_id: userId }),
    );
  });

  it('builds the link on PUBLIC_URL alone, whatever host the request names (rule 25)', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    };
    const { email } = await register(service(), {}, headers);
    const [mail] = await mailsTo(service(), email);
    expect(mail?.links).toEqual([`http://localhost:8080/verify-email#token=${mail?.token}`]);
    expect(JSON.stringify(mail)).not.toContain('evil.example');
  });

  it('puts nothing that a stranger typed into the mail (rule 24)', async () => {
    const { email } = await register(service(), { name: 'Buy-now-marker', username: 'buy-now-marker' });
    const [mail] = await mailsTo(service(), email);
    expect(mail?.template).toBe('verify_email');
    expect(JSON.stringify(mail)).not.toMatch(/buy-now-marker/i);
  });

  it.each([
    ['slug', () => acme.slug],
    ['id', () => acme.id],
  ])('makes another person of the same address in the tenant that X-Tenant names by its %s', async (_how, name) => {
    const here = await register(service());

    const there = await register(service(), { email: here.email }, { 'x-tenant': name() });

    expect(there.userId).not.toBe(here.userId);
    const rows = await service().sql('SELECT tenant_id FROM gatehouse.users WHERE id = $1', [there.userId]);
    expect(rows).toEqual([{ tenant_id: acme.id }]);
  });

  it('lets one username be taken in two tenants', async () => {
    await register(service(), { username: 'twice' });
    await register(service(), { username: 'twice' }, { 'x-tenant': 'acme' });
  });
});

describe('202, where the tenant wants addresses verified', () => {
  it('answers new, waiting and known addresses byte for byte alike', async () => {
    const { post, mailedToken } = service();
    const [known, waiting] = [newAddress(), newAddress()];
    await post('/auth/register', { email: known, password: PASSWORD }, atStrict);
    await post('/auth/email/verify', { token: await mailedToken(known) });
    await post('/auth/register', { email: waiting, password: PASSWORD }, atStrict);

    const answers = [];
    for (const email of [newAddress(), waiting, known]) {
      answers.push(await post('/auth/register', { email, password: PASSWORD }, atStrict));
    }

    const [first, ...others] = answers.map(toldTo);
    expect(first).toMatchObject({ status: 202, body: '{"status":"email_verification_required"}' });
    for (const other of others) expect(other).toEqual(first);
  });

  it('makes no user and reserves neither address nor username', async () => {
    const { post, sql } = service();
    const body = { email: newAddress(), password: PASSWORD, username: 'wanted' };

    const first = await post('/auth/register', body, atStrict);
    const second = await post('/auth/register', { ...body, email: newAddress() }, atStrict);

    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(await sql('SELECT FROM gatehouse.users WHERE email = $1', [body.email])).toEqual([]);
    const login = await post('/auth/login', { email: body.email, password: PASSWORD }, atStrict);
    expectProblem(login, 'invalid_credentials');
  });

  it('tells the owner of a known address by a mail without a link', async () => {
    const { app, post, mailedToken } = service();
    const email = newAddress();
    await post('/auth/register', { email, password: PASSWORD }, atStrict);
    await post('/auth/email/verify', { token: await mailedToken(email) });

    await post('/auth/register', { email, password: PASSWORD }, atStrict);

    await app.worker?.runOnce('mail');
    const [newest] = (await app.devMailbox?.list({ to: email, limit: 1 })) ?? [];
    expect(newest).toMatchObject({ template: 'already_registered', token: null, links: [] });
  });
});

describe('400 validation_failed', () => {
  it('names each field that is missing', async () => {
    expectFields(await service().post('/auth/register', {}), '/email', '/password');
  });

  it.each([
    'id',
    'tenant_id',
    'email_verified',
    'roles',
    'status',
    'owner',
    'password_hash',
    'picture',
    'metadata',
    'transport',
  ])('refuses %s, which nobody may set here, and makes no account', async (field) => {
    const email = newAddress();

    const response = await service().post('/auth/register', { email, password: PASSWORD, [field]: 'x' });

    expectFields(response, `/${field}`);
    expect(await service().sql('SELECT FROM gatehouse.users WHERE email = $1', [email])).toEqual([]);
  });

  it.each([
    ['email', 5],
    ['email', null],
    ['password', 12345678],
    ['password', ['Correct-Horse-9-Battery']],
    ['name', false],
    ['username', {}],
    ['locale', 1],
  ])('refuses %s of a wrong type (%j)', async (field, value) => {
    const body = { email: newAddress(), password: PASSWORD, [field]: value };
    expectFields(await service().post('/auth/register', body), `/${field}`);
  });
});

describe('400 json_invalid, 413 and 415', () => {
  const raw = (payload: string, type = 'application/json') =>
    service().send({ method: 'POST', url: '/auth/register', headers: { 'content-type': type }, payload });

  it('refuses broken JSON', async () => {
    expectProblem(await raw('{"email":'), 'json_invalid');
  });

  it('refuses a body over 64 KiB', async () => {
    expectProblem(await raw(JSON.stringify({ email: 'x'.repeat(65_536) })), 'body_too_large');
  });

  it('refuses what is not JSON', async () => {
    expectProblem(await raw('email=a', 'application/x-www-form-urlencoded'), 'media_type_unsupported');
  });
});

describe('403', () => {
  it.each(['platform', ...CODES])('refuses everybody at %s with signup_closed', async (slug) => {
    const body = { email: newAddress(), password: PASSWORD };
    expectProblem(await service().post('/auth/register', body, { 'x-tenant': slug }), 'signup_closed');
  });

  it('keeps the platform closed whatever its settings say', async () => {
    const { post, sql } = service();
    await sql(`UPDATE gatehouse.tenants SET settings = '{"signup":"open"}' WHERE slug = 'platform'`);
    const body = { email: newAddress(), password: PASSWORD };
    expectProblem(await post('/auth/register', body, { 'x-tenant': 'platform' }), 'signup_closed');
  });

  it('refuses at a suspended tenant with tenant_suspended', async () => {
    const body = { email: newAddress(), password: PASSWORD };
    expectProblem(
      await service().post('/auth/register', body, { 'x-tenant': 'sleeping' }),
      'tenant_suspended',
    );
  });
});

describe('404 tenant_not_found', () => {
  it.each([
    'nobody',
    'ACME',
    '',
    '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11',
    'acme, default',
    "acme' OR true --",
  ])('refuses the X-Tenant %j, which names none', async (name) => {
    const body = { email: newAddress(), password: PASSWORD };
    expectProblem(await service().post('/auth/register', body, { 'x-tenant': name }), 'tenant_not_found');
  });

  it('speaks of a wrong body first', async () => {
    expectFields(await service().post('/auth/register', {}, { 'x-tenant': 'nobody' }), '/email', '/password');
  });
});

describe('409', () => {
  it('refuses a known address, however it is spelt, with email_already_registered', async () => {
    const { email } = await register(service());
    const body = { email: ` ${email.toUpperCase()}`, password: PASSWORD };
    expectProblem(await service().post('/auth/register', body), 'email_already_registered');
  });

  it('keeps the address of a deleted user taken', async () => {
    const { email, userId } = await register(service());
    await service().sql(`UPDATE gatehouse.users SET status = 'deleted' WHERE id = $1`, [userId]);
    expectProblem(
      await service().post('/auth/register', { email, password: PASSWORD }),
      'email_already_registered',
    );
  });

  it('refuses a taken username before it looks at the address', async () => {
    const { email } = await register(service(), { username: 'first' });
    const response = await service().post('/auth/register', { email, password: PASSWORD, username: 'FIRST' });
    expectProblem(response, 'username_taken');
  });

  it('refuses a taken username where addresses must be verified, too', async () => {
    const { post, mailedToken } = service();
    const taken = { email: newAddress(), password: PASSWORD, username: 'strict-one' };
    await post('/auth/register', taken, atStrict);
    await post('/auth/email/verify', { token: await mailedToken(taken.email) });

    const response = await post('/auth/register', { ...taken, email: newAddress() }, atStrict);

    expectProblem(response, 'username_taken');
  });
});

describe('422', () => {
  it.each([
    ['password_too_short', ''],
    ['password_too_short', 'Sh0rt-9'],
    ['password_too_weak', 'correct-horse-9-battery'],
    ['password_too_weak', 'CORRECT-HORSE-9-BATTERY'],
    ['password_too_weak', 'Correct-Horse-Battery'],
    ['password_too_common', 'Password1'],
    ['password_too_common', 'Gatehouse2026'],
    ['password_too_long', `Aa1${'x'.repeat(254)}`],
  ] as const)('refuses with %s (%j) and makes no account', async (code, password) => {
    const email = newAddress();

    expectProblem(await service().post('/auth/register', { email, password }), code);

    expect(await service().sql('SELECT FROM gatehouse.users WHERE email = $1', [email])).toEqual([]);
  });

  it('refuses the address itself as a password', async () => {
    const response = await service().post('/auth/register', {
      email: 'Gandalf7@example.test',
      password: 'Gandalf777',
    });
    expectProblem(response, 'password_too_common');
  });

  it('says the same of a known address where addresses must be verified', async () => {
    const body = { email: newAddress(), password: 'Sh0rt-9' };
    expectProblem(await service().post('/auth/register', body, atStrict), 'password_too_short');
  });
});

itSawEveryAnswerOf(service, 'POST', '/auth/register');
