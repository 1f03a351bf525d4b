import { beforeAll, describe, expect, it } from 'vitest';
import { email as parsed } from '../../support/parsed.ts';
import { PASSWORD } from '../../support/service.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { almost, mailsTo, openRegistration, strictTenant } from '../support/mails.ts';
import {
  bearer,
  expectCompleteByCookie,
  expectCompleteByToken,
  newAddress,
  register,
  sessionIn,
} from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';

const service = sharedService();

beforeAll(async () => {
  await service().app.services.createTenant('acme', 'Acme');
  await strictTenant(service(), 'strict');
});

const accept = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  service().post('/auth/invitations/accept', body, headers);

async function invite(address = newAddress(), { slug = 'acme', role = 'admin' } = {}): Promise<string> {
  const { resolveTenant, invite: offers } = service().app.services;
  return offers.byOperator(await resolveTenant.byName(slug), parsed(address), role);
}

async function expectStillGood(token: string): Promise<void> {
  expectCompleteByCookie(await accept({ token, password: PASSWORD }));
}

describe('200', () => {
  it('makes the account of the invited address and signs it in', async () => {
    const address = newAddress();
    const token = await invite(address);

    const response = await accept({ token, password: PASSWORD, name: 'Ada' });

    expectCompleteByCookie(response);
    expect(response.json().user).toMatchObject({
      email: address,
      email_verified: true,
      name: 'Ada',
      username: null,
      status: 'active',
      roles: ['admin'],
    });
    const me = (await service().get('/auth/me', bearer(sessionIn(response)))).json();
    expect([me.tenant.slug, me.roles]).toEqual(['acme', ['admin']]);
    const login = { email: address, password: PASSWORD };
    expectCompleteByCookie(await service().post('/auth/login', login, { 'x-tenant': 'acme' }));
  });

  it('takes transport and device name as a sign-in does', async () => {
    const response = await accept({
      token: await invite(),
      password: PASSWORD,
      transport: 'token',
      device_name: 'Laptop',
    });

    expectCompleteByToken(response);
    const me = (await service().get('/auth/me', bearer(sessionIn(response)))).json();
    expect(me.session.device).toBe('Laptop');
  });

  it('takes null for a name and a device name that are left out', async () => {
    const response = await accept({
      token: await invite(),
      password: PASSWORD,
      name: null,
      device_name: null,
    });
    expect(response.json().user.name).toBeNull();
  });

  it('keeps the invited address, whatever address is given with it', async () => {
    const address = newAddress();
    const response = await accept({ token: await invite(address), password: PASSWORD, email: newAddress() });
    expect(response.json().user.email).toBe(address);
  });

  it('finds the tenant in the token, whether X-Tenant names it or not', async () => {
    expectCompleteByCookie(
      await accept({ token: await invite(), password: PASSWORD }, { 'x-tenant': 'acme' }),
    );
    const here = await register(service());
    const response = await accept({ token: await invite(here.email), password: PASSWORD });
    expect(response.json().user.id).not.toBe(here.userId);
  });

  it('is let in where sign-up is closed and addresses must be verified', async () => {
    const token = await invite(newAddress(), { slug: 'platform', role: 'platform_admin' });
    expectCompleteByCookie(await accept({ token, password: PASSWORD }));
    expectCompleteByCookie(
      await accept({ token: await invite(newAddress(), { slug: 'strict' }), password: PASSWORD }),
    );
  });

  it('is told in the audit log with its roles', async () => {
    const response = await accept({ token: await invite(), password: PASSWORD });
    expect(await service().audit('invitation.accepted', 'acme')).toContainEqual(
      expect.objectContaining({ actor_id: response.json().user.id, data: { roles: ['admin'] } }),
    );
  });

  it('looks at no Authorization', async () => {
    const token = await invite();
    const response = await accept(
      { token, password: PASSWORD },
      { authorization: 'Bearer x', 'x-api-key': 'x' },
    );
    expectCompleteByCookie(response);
  });
});

describe("the first owner's link", () => {
  const offer = async (slug: string) => {
    const { app } = service();
    const tenant = await app.services.createTenant(slug, slug);
    const make = async () => (await app.services.invite.firstOwner(tenant)) ?? '';
    return { tenant, make };
  };

  it('makes the owner of the address that is given, which counts as verified', async () => {
    const { make } = await offer('first-a');
    const address = newAddress();

    const response = await accept({
      token: await make(),
      password: PASSWORD,
      email: ` ${address.toUpperCase()}`,
    });

    expectCompleteByCookie(response);
    expect(response.json().user).toMatchObject({ email: address, email_verified: true, roles: ['owner'] });
  });

  it('wants address and password, and names both, spending nothing', async () => {
    const token = await (await offer('first-b')).make();
    expectFields(await accept({ token }), '/email', '/password');
    expectFields(await accept({ token, password: PASSWORD }), '/email');
    expectFields(await accept({ token, email: newAddress() }), '/password');
    expectCompleteByCookie(await accept({ token, password: PASSWORD, email: newAddress() }));
  });

  it('makes one owner of two links that are used at once; the other is used', async () => {
    const { tenant, make } = await offer('first-c');
    const tokens = [await make(), await make(), await make(), await make()];

    const responses = await Promise.all(
      tokens.map((token) => accept({ token, password: PASSWORD, email: newAddress() })),
    );

    expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([200, 410, 410, 410]);
    for (const response of responses.filter(({ statusCode }) => statusCode === 410))
      expectProblem(response, 'link_used');
    const owners = `SELECT FROM gatehouse.user_roles WHERE tenant_id = $1 AND role = 'owner'`;
    expect(await service().sql(owners, [tenant.id])).toHaveLength(1);
  });

  it('is not offered any more once there is an owner', async () => {
    const { make } = await offer('first-d');
    await accept({ token: await make(), password: PASSWORD, email: newAddress() });
    expect(await make()).toBe('');
  });
});

describe('400', () => {
  it('validation_failed without a password, while no other method is on, spending nothing', async () => {
    const token = await invite();
    expectFields(await accept({ token }), '/password');
    await expectStillGood(token);
  });

  it.each([
    ['unknown', { roles: ['owner'] }, '/roles'],
    ['unknown', { username: 'ada' }, '/username'],
    ['mistyped', { password: null }, '/password'],
    ['mistyped', { name: 1 }, '/name'],
    ['mistyped', { email: null }, '/email'],
    ['mistyped', { transport: 'body' }, '/transport'],
    ['no address', { email: 'ada' }, '/email'],
  ])('validation_failed for a field that is %s (%j), spending nothing', async (_what, fields, pointer) => {
    const token = await invite();
    expectFields(await accept({ token, password: PASSWORD, ...fields }), pointer);
    await expectStillGood(token);
  });

  it('validation_failed without a token', async () => {
    expectFields(await accept({ password: PASSWORD }), '/token');
  });

  it.each([
    ['empty', () => ''],
    ['malformed', () => 'garbage'],
    ['forged', almost],
    ['of no tenant that there is', (token: string) => `AQMA${'A'.repeat(token.length - 4)}`],
  ])('link_invalid for a token that is %s', async (_what, forge) => {
    const token = await invite();
    expectProblem(await accept({ token: forge(token), password: PASSWORD }), 'link_invalid');
    const elsewhere = { 'x-tenant': 'strict' };
    expectProblem(await accept({ token: forge(token), password: PASSWORD }, elsewhere), 'link_invalid');
    await expectStillGood(token);
  });

  it('link_invalid for the link of a verification, which stays good (rule 2)', async () => {
    const { token } = await openRegistration(service(), 'strict');
    expectProblem(await accept({ token, password: PASSWORD }), 'link_invalid');
    expect((await service().post('/auth/email/verify', { token })).statusCode).toBe(200);
  });

  it('and 413 and 415 for a body that is none', async () => {
    const raw = (payload: string, type = 'application/json') =>
      service().send({
        method: 'POST',
        url: '/auth/invitations/accept',
        headers: { 'content-type': type },
        payload,
      });
    expectProblem(await raw('[1,'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ token: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('token=x', 'text/plain'), 'media_type_unsupported');
  });
});

describe('403', () => {
  it.each([
    'default',
    'strict',
    'nobody',
    '',
  ])('tenant_mismatch where X-Tenant says %j, spending nothing', async (name) => {
    const token = await invite();
    const response = await accept({ token, password: PASSWORD }, { 'x-tenant': name });
    expectProblem(response, 'tenant_mismatch');
    expectNoCookie(response);
    await expectStillGood(token);
  });

  it('tenant_suspended while the tenant is, spending nothing', async () => {
    const { app, sql } = service();
    const { id } = await app.services.createTenant('paused', 'Paused');
    const token = await invite(newAddress(), { slug: 'paused' });
    const set = (status: string) =>
      sql('UPDATE gatehouse.tenants SET status = $2 WHERE id = $1', [id, status]);

    await set('suspended');
    expectProblem(await accept({ token, password: PASSWORD }), 'tenant_suspended');

    await set('active');
    await expectStillGood(token);
  });
});

describe('409 email_already_registered', () => {
  it('refuses where the address got an account meanwhile, spending nothing', async () => {
    const address = newAddress();
    const token = await invite(address);
    const { userId } = await register(service(), { email: address }, { 'x-tenant': 'acme' });

    const response = await accept({ token, password: PASSWORD });

    expectProblem(response, 'email_already_registered');
    expectNoCookie(response);
    await service().sql('UPDATE gatehouse.users SET email = $2 WHERE id = $1', [userId, newAddress()]);
    await expectStillGood(token);
  });
});

describe('410', () => {
  it('link_used the second time, and makes nothing more of it', async () => {
    const token = await invite();
    await expectStillGood(token);
    const response = await accept({ token, password: PASSWORD });
    expectProblem(response, 'link_used');
    expectNoCookie(response);
  });

  it('link_used for all but one of sixteen at once', async () => {
    const token = await invite();
    const responses = await Promise.all(
      Array.from({ length: 16 }, () => accept({ token, password: PASSWORD })),
    );
    expect(responses.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    for (const response of responses.filter(({ statusCode }) => statusCode !== 200))
      expectProblem(response, 'link_used');
  });

  it('link_expired after its time', async () => {
    const address = newAddress();
    const token = await invite(address);
    await service().sql(
      `UPDATE gatehouse.one_time_tokens SET expires_at = clock_timestamp() - interval '1 second' WHERE email = $1`,
      [address],
    );
    expectProblem(await accept({ token, password: PASSWORD }), 'link_expired');
  });
});

describe('422', () => {
  it.each([
    ['password_too_short', ''],
    ['password_too_short', 'Sh0rt-9'],
    ['password_too_weak', 'correct-horse-9-battery'],
    ['password_too_common', 'Password1'],
    ['password_too_long', `Aa1${'x'.repeat(254)}`],
  ] as const)('%s (%j), spending nothing', async (code, password) => {
    const token = await invite();
    const response = await accept({ token, password });
    expectProblem(response, code);
    expectNoCookie(response);
    await expectStillGood(token);
  });
});

describe('the mail', () => {
  it('leads to /accept-invitation with the token in the fragment', async () => {
    const address = newAddress();
    const token = await invite(address);
    const [mail] = await mailsTo(service(), address);
    expect(mail).toMatchObject({
      template: 'invitation',
      token,
      links: [`http://localhost:8080/accept-invitation#token=${token}`],
    });
  });

  it('is not used up by whoever opens the page (rule 3)', async () => {
    const token = await invite();
    await service().get(`/accept-invitation?token=${token}`);
    await service().get(`/auth/invitations/accept?token=${token}`);
    await expectStillGood(token);
  });
});

itSawEveryAnswerOf(service, 'POST', '/auth/invitations/accept');
