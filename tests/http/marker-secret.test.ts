import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { email as parsed } from '../support/parsed.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { openService } from '../support/service.ts';
import { DATABASE_PASSWORD, type ProxiedDatabase, proxyDatabase } from './support/database-proxy.ts';
import { equip, type HttpService } from './support/http-service.ts';
import { almost, mailsTo, strictTenant } from './support/mails.ts';
import { newAddress, sessionIn } from './support/people.ts';
import { listen } from './support/raw-http.ts';
import { expired, forged } from './support/tokens.ts';

// Rule 39: signs up and in, refreshes, replays, fails in every way, and then searches every log line and
// every refusal for each secret that was used. Nothing is logged below `trace` here, and nothing is redacted.
const SECRET_KEY = 'marker-secret-key-of-more-than-thirty-two-bytes';
const PASSWORD = 'Marker-Password-9-Battery';
const OTHER_PASSWORD = 'Other-Marker-7-Password';

let service: HttpService;
let proxy: ProxiedDatabase;
let cut: () => Promise<void>;
const secrets = new Set<string>([SECRET_KEY, PASSWORD, OTHER_PASSWORD, DATABASE_PASSWORD]);
const refusals: LightMyRequestResponse[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  proxy = await proxyDatabase(database);
  const env = { SECRET_KEY, LOG_LEVEL: 'trace', JWT_TOKEN_LOCATION: 'headers,cookies' };
  const opened = equip(await openService(env, proxy.database), database);
  service = opened.service;
  cut = proxy.refuse;
  await strictTenant(service, 'strict');
  return async () => {
    await opened.close();
    await proxy.close();
  };
});

/** Takes note of a secret on its way to the service. */
function secret<T extends string>(text: T): T {
  secrets.add(text);
  return text;
}

/** Sends, keeps what was refused, and takes note of what was handed out. */
async function send(request: InjectOptions): Promise<LightMyRequestResponse> {
  const response = await service.http.inject(request);
  if (response.statusCode >= 400) refusals.push(response);
  for (const { value } of response.cookies) if (value) secret(value);
  const body = response.body.startsWith('{') ? response.json() : {};
  for (const name of ['access_token', 'refresh_token']) if (body[name]) secret(body[name]);
  return response;
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
const raw = (url: string, payload: string, headers: Record<string, string>) =>
  send({ method: 'POST', url, headers, payload });

async function mailedLink(to: string): Promise<string> {
  const [mail] = await mailsTo(service, to);
  for (const link of mail?.links ?? []) secret(link);
  return secret(mail?.token ?? '');
}

async function signUpAndIn(): Promise<{ email: string; accessToken: string; refreshToken: string }> {
  const email = newAddress();
  await post('/auth/register', { email, password: PASSWORD });
  const { accessToken, refreshToken } = sessionIn(await post('/auth/login', { email, password: PASSWORD }));
  return { email, accessToken, refreshToken };
}

describe('a day of use', () => {
  it('signing up, verifying, signing in and out', async () => {
    const { email, accessToken } = await signUpAndIn();
    const token = await mailedLink(email);
    await post('/auth/email/verify', { token });
    await post('/auth/email/verify', { token });
    await post('/auth/email/verify', { token: secret(almost(token)) });
    await post('/auth/email/verify', { token }, { 'x-tenant': 'strict' });
    await post('/auth/email/resend-verification', { email });
    await send({ method: 'GET', url: `/verify-email?token=${token}&password=${PASSWORD}` });
    await send({ method: 'GET', url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } });
    await post('/auth/logout', {}, { authorization: `Bearer ${accessToken}` });
    expect((await post('/auth/refresh', {}, { cookie: 'refresh_token=x' })).statusCode).toBe(401);
  });

  it('verification that several wait for, and its wrong passwords', async () => {
    const email = newAddress();
    const body = { email, password: PASSWORD };
    await post('/auth/register', body, { 'x-tenant': 'strict' });
    const first = await mailedLink(email);
    await post('/auth/register', { ...body, password: OTHER_PASSWORD }, { 'x-tenant': 'strict' });
    const second = await mailedLink(email);
    await post('/auth/email/verify', { token: first });
    await post('/auth/email/verify', { token: first, password: OTHER_PASSWORD });
    await post('/auth/email/verify', { token: second, password: OTHER_PASSWORD });
    expect((await post('/auth/email/verify', { token: first, password: PASSWORD })).statusCode).toBe(410);
  });

  it('refreshing, replaying and theft, by cookie and by body', async () => {
    const { email, refreshToken } = await signUpAndIn();
    const cookie = (value: string) => ({ cookie: `theme=dark; refresh_token=${value}` });
    const second = sessionIn(await post('/auth/refresh', {}, cookie(refreshToken))).refreshToken;
    await post('/auth/refresh', {}, cookie(refreshToken));
    await post('/auth/refresh', {}, cookie(second));
    await post('/auth/refresh', {}, cookie(refreshToken));
    await post('/auth/refresh', { refresh_token: second });
    await post('/auth/refresh', { refresh_token: second }, cookie(second));
    await post('/auth/refresh', {}, { cookie: `refresh_token=${second}; refresh_token=${refreshToken}` });
    await post('/auth/refresh', {}, { ...cookie(second), origin: 'https://evil.example' });
    await post('/auth/refresh', {}, { ...cookie(second), 'x-tenant': 'strict' });
    await post('/auth/refresh', { refresh_token: secret(almost(second)) });
    const login = { email, password: PASSWORD, transport: 'token' };
    const { refreshToken: inBody } = sessionIn(await post('/auth/login', login));
    expect((await post('/auth/refresh', { refresh_token: inBody })).statusCode).toBe(200);
  });

  it('an access token in the cookie, good, refused and shown by a foreign page', async () => {
    const { accessToken, refreshToken } = await signUpAndIn();
    const cookie = (value: string) => ({ cookie: `theme=dark; access_token=${value}` });
    const me = (headers: Record<string, string>) => send({ method: 'GET', url: '/auth/me', headers });
    expect((await me(cookie(accessToken))).statusCode).toBe(200);
    for (const token of [
      secret(await forged(accessToken)),
      secret(expired(service, accessToken)),
      secret(`${accessToken}x`),
      `${accessToken}; access_token=${accessToken}`,
      secret('marker-access-cookie'),
      encodeURIComponent(accessToken).replaceAll('.', '%2E'),
    ])
      expect((await me(cookie(token))).statusCode).toBe(401);
    expect((await me({ ...cookie(accessToken), 'x-tenant': 'strict' })).statusCode).toBe(403);
    const foreign = { ...cookie(accessToken), origin: 'https://evil.example' };
    expect((await post('/auth/logout', {}, foreign)).statusCode).toBe(403);
    const both = { cookie: `access_token=${accessToken}; refresh_token=${refreshToken}` };
    const other = await signUpAndIn();
    await post('/auth/logout', {}, { ...both, authorization: `Bearer ${other.accessToken}` });
    expect((await post('/auth/logout', {}, both)).statusCode).toBe(204);
  });

  it('invitations, the first owner among them', async () => {
    const { invite, resolveTenant } = service.app.services;
    const strict = await resolveTenant.byName('strict');
    const address = newAddress();
    const token = secret(await invite.byOperator(strict, parsed(address), 'admin'));
    await mailedLink(address);
    await post('/auth/invitations/accept', { token });
    await post('/auth/invitations/accept', { token, password: secret('Weak-marker') });
    await post('/auth/invitations/accept', { token, password: PASSWORD }, { 'x-tenant': 'default' });
    await post('/auth/invitations/accept', { token, password: PASSWORD });
    expect((await post('/auth/invitations/accept', { token, password: PASSWORD })).statusCode).toBe(410);
    const owner = secret((await invite.firstOwner(strict)) ?? '');
    await post('/auth/invitations/accept', { token: owner, password: PASSWORD, email: newAddress() });
  });

  it('proving once more who one is: rightly, with a wrong password and with a code', async () => {
    const { accessToken } = await signUpAndIn();
    const prove = (body: unknown) =>
      post('/auth/reauthenticate', body, { authorization: `Bearer ${accessToken}` });
    const answers = [
      await prove({ password: secret('Fresh-Marker-8-Password') }),
      await prove({ code: secret('marker-code-of-a-second-factor') }),
      await prove({ flow_id: secret('marker-flow-of-a-mail'), code: secret('marker-code-that-was-mailed') }),
      await prove({ password: PASSWORD }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 200]);
  });

  it('wrong passwords, wrong tokens and wrong credentials', async () => {
    const { email, accessToken } = await signUpAndIn();
    await post('/auth/login', { email, password: secret('Wrong-Marker-9-Password') });
    await post('/auth/login', { email, password: secret(`marker-${'x'.repeat(300)}`) });
    await post('/auth/register', { email, password: PASSWORD });
    const authorizations = [
      `Bearer ${secret(await forged(accessToken))}`,
      `Bearer ${secret(expired(service, accessToken))}`,
      `Basic ${secret(Buffer.from(`ada:${PASSWORD}`).toString('base64'))}`,
      secret('marker-authorization'),
    ];
    for (const authorization of authorizations)
      await send({ method: 'GET', url: '/auth/me', headers: { authorization } });
    const both = { authorization: `Bearer ${accessToken}`, 'x-api-key': secret('ask_marker_api_key') };
    await send({ method: 'GET', url: '/auth/me', headers: both });
    await send({ method: 'GET', url: '/auth/me', headers: { 'x-api-key': 'ask_marker_api_key' } });
    const mismatched = { authorization: `Bearer ${accessToken}`, 'x-tenant': 'strict' };
    expect((await send({ method: 'GET', url: '/auth/me', headers: mismatched })).statusCode).toBe(403);
  });
});

describe('what goes wrong on the way', () => {
  it('bodies that are none, with secrets in the wrong place', async () => {
    const json = { 'content-type': 'application/json' };
    await raw('/auth/login', `{"email":"a@b.test","password":"${PASSWORD}"`, json);
    await raw('/auth/login', `password=${PASSWORD}`, { 'content-type': 'application/x-www-form-urlencoded' });
    await raw('/auth/login', JSON.stringify({ password: PASSWORD, x: 'x'.repeat(70_000) }), json);
    await post('/auth/login', { email: PASSWORD, password: [PASSWORD] });
    await post('/auth/login', { password: { [PASSWORD]: PASSWORD } });
    await post('/auth/login', { email: 'a@b.test', password: `${PASSWORD}\0` });
    await post('/auth/register', {
      email: newAddress(),
      password: PASSWORD,
      name: PASSWORD.repeat(20),
      locale: PASSWORD,
    });
    await post(`/auth/nowhere?password=${PASSWORD}`, { password: PASSWORD });
    await post('/auth/email/verify', { token: PASSWORD });
    await post('/auth/refresh', { refresh_token: PASSWORD });
    const headers = { 'x-request-id': `${PASSWORD} `, 'x-tenant': PASSWORD, 'user-agent': PASSWORD };
    expect((await post('/auth/login', { email: 'a@b.test', password: PASSWORD }, headers)).statusCode).toBe(
      404,
    );
  });

  it('bytes that are no request', async () => {
    const say = await listen(service);
    for (const bytes of [
      `${PASSWORD}\r\n\r\n`,
      `GET /?token=${PASSWORD} HTTP/1.1\r\nHost: x\r\nAuthorization: ${PASSWORD}\0\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\nCookie: refresh_token=${PASSWORD.repeat(800)}\r\n\r\n`,
    ]) {
      const { status, body } = await say(bytes);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain(PASSWORD);
    }
  });

  it.each([
    [
      'a fault',
      () => service.sql('ALTER SCHEMA gatehouse RENAME TO gone'),
      () => service.sql('ALTER SCHEMA gone RENAME TO gatehouse'),
    ],
    [
      'a column that is gone',
      () => service.sql('ALTER TABLE gatehouse.users RENAME COLUMN name TO gone'),
      () => service.sql('ALTER TABLE gatehouse.users RENAME COLUMN gone TO name'),
    ],
    ['a database that is away', () => cut(), () => proxy.restore()],
  ] as [string, () => Promise<unknown>, () => Promise<unknown>][])('%s', async (_what, breakIt, mendIt) => {
    const { email, accessToken, refreshToken } = await signUpAndIn();
    const token = await mailedLink(email);
    await breakIt();

    const statuses = [
      await post('/auth/register', { email: newAddress(), password: PASSWORD, name: 'Ada', username: 'ada' }),
      await post('/auth/login', { email, password: PASSWORD }),
      await post('/auth/refresh', {}, { cookie: `refresh_token=${refreshToken}` }),
      await post('/auth/email/verify', { token }),
      await post('/auth/email/resend-verification', { email }),
      await post('/auth/logout-all', {}, { authorization: `Bearer ${accessToken}` }),
      await send({ method: 'GET', url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } }),
    ].map(({ statusCode }) => statusCode);
    await mendIt();

    expect(statuses.some((status) => status >= 500)).toBe(true);
    expect(statuses).not.toContain(401);
  });
});

describe('afterwards', () => {
  it('every kind of secret was used, and every kind of refusal given', () => {
    expect(secrets.size).toBeGreaterThan(50);
    const statuses = new Set(refusals.map(({ statusCode }) => statusCode));
    expect([...statuses].sort()).toEqual([400, 401, 403, 404, 409, 410, 413, 415, 422, 500, 503]);
  });

  it('no log line holds any of them', () => {
    const log = service.logLines().join('');
    expect(log.length).toBeGreaterThan(10_000);
    expect(
      [...secrets].filter((text) => log.includes(text) || log.includes(encodeURIComponent(text))),
    ).toEqual([]);
  });

  it('no log line holds a part by which a token could be guessed', () => {
    const log = service.logLines().join('');
    const tokens = [...secrets].filter((text) => text.length > 40 && !text.includes(' '));
    const parts = tokens.flatMap((text) => text.split('.')).map((part) => part.slice(-24));
    expect(parts.filter((part) => log.includes(part))).toEqual([]);
  });

  it('no refusal holds any of them, nor a stack, nor SQL', () => {
    for (const { statusCode, body, headers } of refusals) {
      const { 'set-cookie': cookie = '', ...told } = headers;
      const answer = `${statusCode} ${JSON.stringify(told)} ${body}`;
      expect([...secrets].filter((text) => answer.includes(text))).toEqual([]);
      for (const line of [cookie].flat()) expect(line).toMatch(/^(?:(?:refresh|access)_token=;.*)?$/);
      expect(answer).not.toMatch(
        /\bat .+:\d+:\d+|node_modules|SQLSTATE|SELECT|INSERT|UPDATE|gatehouse\.|relation|ECONN|127\.0\.0\.1/,
      );
    }
  });

  it('no row of the audit log holds any of them', async () => {
    const rows = await service.sql('SELECT e::text AS event FROM gatehouse.audit_events e');
    const personal = await service.sql('SELECT addresses::text AS addresses FROM gatehouse.audit_personal');
    const text = JSON.stringify([...rows, ...personal]);
    expect([...secrets].filter((one) => text.includes(one))).toEqual([]);
  });

  it('no table but the developer’s mailbox holds any of them', async () => {
    const tables = await service.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'gatehouse' AND table_type = 'BASE TABLE' AND table_name <> 'dev_mails'`,
    );
    for (const { name } of tables) {
      const rows = await service.sql<{ row: string }>(`SELECT t::text AS row FROM gatehouse."${name}" t`);
      const text = rows.map(({ row }) => row).join('\n');
      expect.soft([name, [...secrets].filter((one) => text.includes(one))]).toEqual([name, []]);
    }
  });
});
