import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, UUID_V7 } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';

const service = sharedService();
const configOf = (headers: Record<string, string> = {}) => service().get('/auth/config', headers);

describe('200', () => {
  it('tells of the default tenant how one signs up and in', async () => {
    const response = await configOf();

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      tenant: { id: expect.stringMatching(UUID_V7), slug: 'default', name: 'Default' },
      methods: { password: true, magic_link: false, passkey: false },
      signup: 'open',
      email_verification_required: false,
      password_policy: { min_length: 8, max_length: 256, upper: true, lower: true, digit: true },
      mfa: 'off',
      providers: [],
      branding: { name: 'Default', color: null, logo_url: null },
      locales: ['en'],
      default_locale: 'en',
    });
  });

  it('tells of the tenant that X-Tenant names by slug or id, with what it has set itself', async () => {
    const { app, sql } = service();
    const { id } = await app.services.createTenant('acme', 'Acme');
    const settings = {
      signup: 'invite',
      email_verification_required: true,
      password_policy: { min_length: 12, upper: false },
      branding: { name: 'ACME Corp', color: '#123456' },
    };
    await sql('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [id, settings]);

    const [bySlug, byId] = [await configOf({ 'x-tenant': 'acme' }), await configOf({ 'x-tenant': id })];

    expect(bySlug.json()).toMatchObject({
      tenant: { id, slug: 'acme', name: 'Acme' },
      signup: 'invite',
      email_verification_required: true,
      password_policy: { min_length: 12, max_length: 256, upper: false, lower: true, digit: true },
      branding: { name: 'ACME Corp', color: '#123456', logo_url: null },
    });
    expect(byId.json()).toEqual(bySlug.json());
  });

  it('says of platform that it is closed', async () => {
    expect((await configOf({ 'x-tenant': 'platform' })).json().signup).toBe('closed');
  });

  it('goes by X-Tenant and not by a credential, which is not looked at', async () => {
    await service().app.services.createTenant('other', 'Other');
    const signedIn = await newSession(service(), {}, { 'x-tenant': 'other' });
    expect((await configOf(bearer(signedIn))).json().tenant.slug).toBe('default');
    expect((await configOf({ authorization: 'garbage', 'x-api-key': 'x' })).statusCode).toBe(200);
  });

  it('shows what registering there then does', async () => {
    const { app, sql, post } = service();
    const { id } = await app.services.createTenant('short', 'Short');
    const policy = { min_length: 4, upper: false, lower: false, digit: false };
    await sql('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [id, { password_policy: policy }]);
    const body = { email: 'ada@example.test', password: 'wxyz' };
    expect((await post('/auth/register', body, { 'x-tenant': 'short' })).statusCode).toBe(201);
  });
});

describe('403 and 404', () => {
  it('refuses to tell of a suspended tenant', async () => {
    const { app, sql } = service();
    const { id } = await app.services.createTenant('sleeping', 'Sleeping');
    await sql(`UPDATE gatehouse.tenants SET status = 'suspended' WHERE id = $1`, [id]);
    expectProblem(await configOf({ 'x-tenant': 'sleeping' }), 'tenant_suspended');
  });

  it.each(['nobody', '', '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'])('knows no tenant %j', async (name) => {
    expectProblem(await configOf({ 'x-tenant': name }), 'tenant_not_found');
  });
});

itSawEveryAnswerOf(service, 'GET', '/auth/config');
