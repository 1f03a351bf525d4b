import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { sharedService } from '../support/http-service.ts';
import {
  bearer,
  expectUserForm,
  newSession,
  register,
  sessionIn,
  signIn,
  TIMESTAMP,
} from '../support/people.ts';
import { resigned } from '../support/tokens.ts';

const service = sharedService();
const MEMBER_SCOPES = ['read:user', 'write:user', 'read:session', 'read:audit'];
const SESSION_KEYS = [
  'id',
  'current',
  'device',
  'browser',
  'os',
  'ip',
  'location',
  'created_at',
  'last_seen_at',
  'expires_at',
  'amr',
  'aal',
];

describe('200', () => {
  it('says who one is, where, in which session and with which rights', async () => {
    const signedIn = await newSession(service());

    const response = await service().get('/auth/me', bearer(signedIn));

    const body = response.json();
    expect(Object.keys(body).sort()).toEqual(['credential', 'roles', 'scopes', 'session', 'tenant', 'user']);
    expectUserForm(body.user);
    expect(body.user).toMatchObject({ id: signedIn.userId, email: signedIn.email, status: 'active' });
    expect(body).toMatchObject({ roles: ['member'], scopes: MEMBER_SCOPES, credential: 'session' });
    expect(body.tenant).toEqual((await service().get('/auth/config')).json().tenant);
  });

  it('tells of the session as the list of sessions will', async () => {
    const person = await register(service());
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const signedIn = await signIn(service(), person, { device_name: 'Laptop' }, { 'user-agent': userAgent });

    const { session } = (await service().get('/auth/me', bearer(signedIn))).json();

    expect(Object.keys(session).sort()).toEqual([...SESSION_KEYS].sort());
    expect(session).toEqual({
      id: signedIn.sessionId,
      current: true,
      device: 'Laptop',
      browser: 'Firefox',
      os: 'Linux',
      ip: '127.0.0.1',
      location: null,
      created_at: expect.stringMatching(TIMESTAMP),
      last_seen_at: expect.stringMatching(TIMESTAMP),
      expires_at: expect.stringMatching(TIMESTAMP),
      amr: ['pwd'],
      aal: 1,
    });
  });

  it('tells the truth of this moment, whatever the token says', async () => {
    const { sql, get } = service();
    const signedIn = await newSession(service());
    await sql(
      `INSERT INTO gatehouse.user_roles (tenant_id, user_id, role) SELECT tenant_id, id, 'owner' FROM gatehouse.users WHERE id = $1`,
      [signedIn.userId],
    );
    await sql(`UPDATE gatehouse.users SET name = 'Ada' WHERE id = $1`, [signedIn.userId]);

    const { user, roles, scopes } = (await get('/auth/me', bearer(signedIn))).json();

    expect([user.name, roles]).toEqual(['Ada', ['member', 'owner']]);
    expect(scopes).toEqual(expect.arrayContaining([...MEMBER_SCOPES, 'write:admin.settings']));
  });

  it('knows two people of one address apart, each in their own tenant', async () => {
    const acme = await service().app.services.createTenant('acme', 'Acme');
    const atAcme = { 'x-tenant': 'acme' };
    const here = await register(service());
    const there = await register(service(), { email: here.email }, atAcme);

    const mine = await service().get('/auth/me', bearer(await signIn(service(), here)));
    const theirs = await service().get('/auth/me', bearer(await signIn(service(), there, {}, atAcme)));

    expect([mine.json().user.id, theirs.json().user.id]).toEqual([here.userId, there.userId]);
    expect(theirs.json().tenant).toEqual({ id: acme.id, slug: 'acme', name: 'Acme' });
  });

  it('takes a token up to 30 s after its time, for clocks differ', async () => {
    const signedIn = await newSession(service());
    const now = Math.floor(Date.now() / 1000);
    const accessToken = resigned(service(), signedIn.accessToken, { iat: now - 900, exp: now - 15 });
    expect((await service().get('/auth/me', bearer({ accessToken }))).statusCode).toBe(200);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
  ])('tells the address of the connection (%s), not one that is forwarded by a stranger', async (peer, told) => {
    const { email, password } = await register(service());
    const response = await service().send({
      method: 'POST',
      url: '/auth/login',
      remoteAddress: peer,
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': '198.51.100.9',
        forwarded: 'for=198.51.100.9',
      },
      payload: JSON.stringify({ email, password }),
    });
    const { session } = (await service().get('/auth/me', bearer(sessionIn(response)))).json();
    expect(session.ip).toBe(told);
  });

  it('tells of a session as it is after a refresh, not as it was remembered', async () => {
    const { get, post } = service();
    const signedIn = await signIn(service(), await register(service()), { transport: 'token' });
    const expiryOf = async () =>
      Date.parse((await get('/auth/me', bearer(signedIn))).json().session.expires_at);
    const before = await expiryOf();

    await post('/auth/refresh', { refresh_token: signedIn.refreshToken });

    expect(await expiryOf()).toBeGreaterThan(before);
  });

  it('notes that the session was seen', async () => {
    const { sql, get } = service();
    const signedIn = await newSession(service());
    await sql(`UPDATE gatehouse.sessions SET last_seen_at = last_seen_at - interval '1 hour' WHERE id = $1`, [
      signedIn.sessionId,
    ]);

    await get('/auth/me', bearer(signedIn));
    await service().app.revocations.noteSeen();

    const [seen] = await sql<{ last_seen_at: Date; created_at: Date }>(
      'SELECT last_seen_at, created_at FROM gatehouse.sessions WHERE id = $1',
      [signedIn.sessionId],
    );
    expect(seen?.last_seen_at.getTime()).toBeGreaterThanOrEqual(seen?.created_at.getTime() ?? Infinity);
  });
});

describeBearerRefusals({ service, method: 'GET', url: '/auth/me', wantsLiveSession: true });

itSawEveryAnswerOf(service, 'GET', '/auth/me');
