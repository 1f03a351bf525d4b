import { describe, expect, it } from 'vitest';
import { sharedService } from '../support/http-service.ts';
import { mailsTo } from '../support/mails.ts';
import { bearer, cookie, newAddress, newSession, register } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { type SettledTenant, setSettings, tenantWith } from './tenant-settings.ts';

const OPERATOR = 'https://admin.example.com';
const service = sharedService({ CORS_ORIGINS: OPERATOR });

describe('cors_origins', () => {
  const ALLOW = 'access-control-allow-origin';
  const preflight = async (origin: string) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    return (await service().http.inject({ method: 'OPTIONS', url: '/auth/login', headers })).headers[ALLOW];
  };
  const request = async (origin: string, headers: Record<string, string>) =>
    (await service().get('/auth/config', { ...headers, origin })).headers[ALLOW];

  it('lets pages call from the next request on, beside those of the operator', async () => {
    const origin = 'https://one.example';
    const tenant = await tenantWith(service());
    expect([await preflight(origin), await request(origin, tenant.headers)]).toEqual([undefined, undefined]);

    await setSettings(service(), tenant, { cors_origins: [origin, 'http://localhost:3000'] });

    expect([await preflight(origin), await request(origin, tenant.headers)]).toEqual([origin, origin]);
    expect(await preflight('http://localhost:3000')).toBe('http://localhost:3000');
    expect(await request(OPERATOR, tenant.headers)).toBe(OPERATOR);
    expect(await request(origin, {})).toBeUndefined();
  });

  it.each([[], null])('stops letting them by %j, and leaves the operator’s alone', async (none) => {
    const origin = 'https://two.example';
    const tenant = await tenantWith(service(), { cors_origins: [origin] });

    await setSettings(service(), tenant, { cors_origins: none });

    expect([await preflight(origin), await request(origin, tenant.headers)]).toEqual([undefined, undefined]);
    expect(await request(OPERATOR, tenant.headers)).toBe(OPERATOR);
  });

  // Rule 26: a request that acts by cookie comes from an origin that its own tenant allows.
  it('decides which pages act by cookie', async () => {
    const origin = 'https://three.example';
    const tenant = await tenantWith(service(), { cors_origins: [origin] });
    await tenantWith(service(), { cors_origins: ['https://four.example'] });
    const signedIn = await newSession(service(), {}, tenant.headers);
    const refresh = (from: string) =>
      service().post('/auth/refresh', {}, { ...cookie(signedIn), origin: from });

    expectProblem(await refresh('https://four.example'), 'csrf_failed');
    expect((await refresh(origin)).statusCode).toBe(200);
  });
});

describe('branding', () => {
  const brandingOf = async ({ headers }: SettledTenant) =>
    (await service().get('/auth/config', headers)).json().branding;

  it('is told to sign-in pages, each part of it by itself', async () => {
    const tenant = await tenantWith(service(), { branding: { name: 'Müller & Söhne', color: '#AA0000' } });
    expect(await brandingOf(tenant)).toEqual({ name: 'Müller & Söhne', color: '#aa0000', logo_url: null });

    const logo = 'https://example.com/logo.png';
    await setSettings(service(), tenant, { branding: { name: null, logo_url: logo } });
    expect(await brandingOf(tenant)).toEqual({ name: 'The Shop', color: '#aa0000', logo_url: logo });
  });

  it('names the tenant in its mails, escaped where they are HTML', async () => {
    const tenant = await tenantWith(service(), { branding: { name: 'Müller & Söhne' } });
    const { email } = await register(service(), {}, tenant.headers);

    const [mail] = await mailsTo(service(), email);

    expect(mail?.subject).toContain('Müller & Söhne');
    expect(mail?.text).toContain('Müller & Söhne');
    expect(mail?.html).toContain('Müller &amp; Söhne');
    expect(mail?.html).not.toContain('Müller & Söhne');
  });

  it('holds for mails that waited when it was changed', async () => {
    const tenant = await tenantWith(service());
    const { email } = await register(service(), {}, tenant.headers);

    await setSettings(service(), tenant, { branding: { name: 'ACME' } });

    expect((await mailsTo(service(), email))[0]?.subject).toContain('ACME');
  });

  it('leaves the tenant’s own name alone', async () => {
    const tenant = await tenantWith(service(), { branding: { name: 'ACME' } });
    const signedIn = await newSession(service(), {}, tenant.headers);

    const me = (await service().get('/auth/me', bearer(signedIn))).json();

    expect(me.tenant.name).toBe('The Shop');
  });
});

describe('/auth/config', () => {
  const configOf = async (headers: Record<string, string>) =>
    (await service().get('/auth/config', headers)).json();

  it('tells what a tenant has set, and what holds where it has set nothing', async () => {
    const tenant = await tenantWith(service(), {
      signup: 'invite',
      email_verification_required: true,
      password_policy: { min_length: 12, upper: false },
      default_locale: 'DE-ch',
    });

    expect(await configOf(tenant.headers)).toMatchObject({
      signup: 'invite',
      email_verification_required: true,
      password_policy: { min_length: 12, max_length: 256, upper: false, lower: true, digit: true },
      locales: ['en'],
      default_locale: 'de-CH',
    });

    const nothing = { signup: null, email_verification_required: null, password_policy: null };
    await setSettings(service(), tenant, { ...nothing, default_locale: null });

    expect(await configOf(tenant.headers)).toEqual({
      ...(await configOf({})),
      tenant: { id: tenant.id, slug: tenant.slug, name: 'The Shop' },
      branding: { name: 'The Shop', color: null, logo_url: null },
    });
  });

  it('tells what is in force, not what is stored for rooms that are not built', async () => {
    const { headers } = await tenantWith(service(), {
      mfa: 'required',
      methods: { magic_link: true, passkey: true },
    });

    expect(await configOf(headers)).toMatchObject({
      mfa: 'off',
      methods: { password: true, magic_link: false, passkey: false },
    });
  });
});

it('raises the time of the tenant’s last change, where something changes', async () => {
  const { sql } = service();
  const tenant = await tenantWith(service());
  await sql(`UPDATE gatehouse.tenants SET updated_at = '2020-01-01' WHERE id = $1`, [tenant.id]);
  const isOld = async () => {
    const [row] = await sql<{ is_old: boolean }>(
      `SELECT updated_at < created_at AS is_old FROM gatehouse.tenants WHERE id = $1`,
      [tenant.id],
    );
    return row?.is_old;
  };

  await setSettings(service(), tenant, { signup: null });
  expect(await isOld()).toBe(true);
  await setSettings(service(), tenant, { signup: 'closed' });
  expect(await isOld()).toBe(false);
});

it('tells of a change as a notice in the tenant’s own audit log', async () => {
  const tenant = await tenantWith(service(), { signup: 'closed', branding: { name: newAddress() } });

  expect(await service().audit('tenant.settings', tenant.slug)).toMatchObject([
    { severity: 'notice', outcome: 'success', actor_type: 'operator', actor_id: null, target_id: tenant.id },
  ]);
  expect(await service().audit('tenant.settings', 'platform')).toEqual([]);
});
