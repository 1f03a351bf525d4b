import { beforeAll, describe, expect, it } from 'vitest';
import { race } from '../../contracts/samples.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, cookie, newSession, type SignedIn, sessionIn } from '../support/people.ts';
import { sessionAudit } from '../support/sessions.ts';

// A session that goes on from elsewhere: noted on its row, and told where the user agent or the network is another.
const service = sharedService();

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

beforeAll(async () => {
  await service().app.services.createTenant('acme', 'Acme');
});

type From = Readonly<{ remoteAddress?: string; userAgent?: string }>;

function refresh(
  signedIn: Pick<SignedIn, 'refreshToken'>,
  { remoteAddress = '127.0.0.1', userAgent = FIREFOX }: From = {},
) {
  const headers = { ...cookie(signedIn), 'user-agent': userAgent };
  return service().send({ method: 'POST', url: '/auth/refresh', headers, remoteAddress });
}

const begin = (headers: Record<string, string> = {}) =>
  newSession(service(), {}, { 'user-agent': FIREFOX, ...headers });
const told = async (signedIn: SignedIn, slug?: string) =>
  (await sessionAudit(service(), signedIn, slug)).map(({ type, data }) => ({ type, data }));
const sessionOf = async (signedIn: Pick<SignedIn, 'accessToken'>) =>
  (await service().get('/auth/me', bearer(signedIn))).json().session;

/** The personal part of an event, where it is kept. */
async function personalOf(signedIn: SignedIn) {
  return service().sql(
    `SELECT p.ip, p.user_agent, p.addresses FROM gatehouse.audit_events e JOIN gatehouse.audit_personal p
       ON p.tenant_id = e.tenant_id AND p.created_at = e.created_at AND p.event_id = e.id
     WHERE e.type = 'session.context_changed' AND e.target_id = $1`,
    [signedIn.sessionId],
  );
}

describe('a refresh', () => {
  it('from another browser and network tells of both, with no address in the event itself', async () => {
    const signedIn = await begin();

    const response = await refresh(signedIn, { remoteAddress: '198.51.100.9', userAgent: CHROME });

    expect(response.statusCode).toBe(200);
    const [event, ...others] = await sessionAudit(service(), signedIn);
    expect([event, others]).toMatchObject([
      {
        ...{ type: 'session.context_changed', severity: 'notice', outcome: 'success' },
        ...{ actor_type: 'user', actor_id: signedIn.userId, target_id: signedIn.sessionId },
        data: { reason: ['user_agent', 'network'], at: 'refresh' },
        request_id: response.headers['x-request-id'],
      },
      [],
    ]);
    expect(JSON.stringify(event)).not.toContain('198.51.100');
    expect(await personalOf(signedIn)).toEqual([{ ip: '198.51.100.9', user_agent: CHROME, addresses: {} }]);
  });

  it('shows its user from where the session is used now, also where it was remembered', async () => {
    const signedIn = await begin();
    expect(await sessionOf(signedIn)).toMatchObject({ ip: '127.0.0.1', browser: 'Firefox', os: 'Linux' });

    const next = sessionIn(await refresh(signedIn, { remoteAddress: '2001:db8::7', userAgent: CHROME }));

    for (const token of [signedIn, next]) {
      expect(await sessionOf(token)).toMatchObject({ ip: '2001:db8::7', browser: 'Chrome', os: 'Windows' });
    }
  });

  it.each([
    ['127.0.0.1', '127.0.0.200', false],
    ['127.0.0.1', '127.0.1.1', true],
    ['2001:db8:1::1', '2001:db8:1:ffff::2', false],
    ['2001:db8:1::1', '2001:db8:2::1', true],
  ])('from %s and then %s: another network, %s', async (first, second, isOther) => {
    const signedIn = await begin();
    const before = sessionIn(await refresh(signedIn, { remoteAddress: first }));
    const events = (await told(signedIn)).length;

    const after = sessionIn(await refresh(before, { remoteAddress: second }));

    const news = (await told(signedIn)).slice(events);
    expect(news.map(({ data }) => data['reason'])).toEqual(isOther ? [['network']] : []);
    expect((await sessionOf(after)).ip).toBe(second);
  });

  it('tells nothing where nothing has changed', async () => {
    const signedIn = await begin();
    await refresh(signedIn);
    expect(await told(signedIn)).toEqual([]);
  });

  it('is told once where many retry at once, and not by a retry from yet elsewhere', async () => {
    const signedIn = await begin();

    const answers = await race(() => refresh(signedIn, { remoteAddress: '198.51.100.9' }));
    const again = await refresh(signedIn, { remoteAddress: '203.0.113.9' });

    expect(new Set([...answers, again].map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(await told(signedIn)).toEqual([
      { type: 'session.context_changed', data: { reason: ['network'], at: 'refresh' } },
    ]);
    expect((await sessionOf(signedIn)).ip).toBe('198.51.100.9');
  });

  it("is told in its own tenant's log, and in no other", async () => {
    const signedIn = await begin({ 'x-tenant': 'acme' });
    await refresh(signedIn, { userAgent: CHROME });
    expect([(await told(signedIn, 'acme')).length, (await told(signedIn)).length]).toEqual([1, 0]);
  });
});

describe('a sign-out', () => {
  const logout = (signedIn: SignedIn, { remoteAddress = '127.0.0.1', userAgent = FIREFOX }: From) => {
    const headers = { ...bearer(signedIn), 'user-agent': userAgent };
    return service().send({ method: 'POST', url: '/auth/logout', headers, remoteAddress });
  };

  it('from elsewhere tells of that beside the end', async () => {
    const signedIn = await begin();

    expect((await logout(signedIn, { remoteAddress: '198.51.100.9' })).statusCode).toBe(204);

    expect(await told(signedIn)).toEqual([
      { type: 'session.context_changed', data: { reason: ['network'], at: 'logout' } },
      { type: 'session.ended', data: { reason: 'logout' } },
    ]);
    expect(await personalOf(signedIn)).toMatchObject([{ ip: '198.51.100.9', user_agent: FIREFOX }]);
  });

  it('goes by where the session was last refreshed from', async () => {
    const signedIn = await begin();
    await refresh(signedIn, { userAgent: CHROME });

    await logout(signedIn, { userAgent: CHROME });

    expect((await told(signedIn)).map(({ type }) => type)).toEqual([
      'session.context_changed',
      'session.ended',
    ]);
  });
});
