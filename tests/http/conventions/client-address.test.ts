import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { mailsTo } from '../support/mails.ts';
import { bearer, newSession, register, sessionIn } from '../support/people.ts';
import { listen } from '../support/raw-http.ts';

// Rule 25, from the socket to the log: the ways of the table stand in tests/unit/http/client-address.test.ts.
const PROXY = '10.0.0.1';
const STRANGER = '203.0.113.9';
const CLIENT = '198.51.100.1';
const WARNING = /forwarded headers from (\S+) are ignored: it is not in TRUST_PROXY/;

const service = sharedService({ TRUST_PROXY: '10.0.0.0/8, fd00::/8', PUBLIC_URL: 'http://auth.example' });

/** The addresses that the log tells of one request. */
async function loggedAddresses({ http, logLines }: HttpService, request: InjectOptions) {
  const { headers } = await http.inject({ url: '/live', ...request });
  return addressesOf(logLines, String(headers['x-request-id']));
}

function addressesOf(logLines: HttpService['logLines'], requestId: string): unknown[] {
  return logLines()
    .map((line) => JSON.parse(line))
    .filter((line) => line.request_id === requestId && 'ip' in line)
    .map(({ ip }) => ip);
}

function warningsOf({ logLines }: HttpService): readonly (string | undefined)[] {
  return logLines().flatMap((line) => {
    const { level, msg } = JSON.parse(line);
    const [found, peer] = WARNING.exec(msg) ?? [];
    return found && level === 40 ? [peer] : [];
  });
}

describe('the address of a request', () => {
  it.each([
    ['of a stranger, whatever it writes', STRANGER, CLIENT, STRANGER],
    ['that the proxy saw', PROXY, CLIENT, CLIENT],
    ['that the first of two proxies saw', PROXY, `6.6.6.6, ${CLIENT}, 10.0.0.2`, CLIENT],
    ['behind a proxy in IPv6 dress', `::ffff:${PROXY}`, CLIENT, CLIENT],
    ['in IPv6', 'fd00::1', '2001:DB8::0:7', '2001:db8::7'],
    ['of a link-local peer', 'fe80::1%eth0', CLIENT, 'fe80::1'],
    ['of the proxy, where it wrote no address', PROXY, `${CLIENT}, unknown`, PROXY],
    ['of the proxy, where the line is empty', PROXY, '', PROXY],
  ])('is the one %s', async (_which, remoteAddress, forwarded, address) => {
    const headers = { 'x-forwarded-for': forwarded };

    expect(await loggedAddresses(service(), { remoteAddress, headers })).toEqual([address, address]);
  });

  it('is never read from another header, not even of a proxy', async () => {
    const headers = { forwarded: `for=${CLIENT}`, 'x-real-ip': CLIENT, 'x-client-ip': CLIENT, via: CLIENT };

    expect(await loggedAddresses(service(), { remoteAddress: PROXY, headers })).toEqual([PROXY, PROXY]);
  });

  it('is that of the session and of the audit event, too', async () => {
    const { sql, get, http } = service();
    const { email, password } = await register(service());

    const response = await http.inject({
      method: 'POST',
      url: '/auth/login',
      remoteAddress: PROXY,
      headers: { 'content-type': 'application/json', 'x-forwarded-for': `6.6.6.6, ${CLIENT}` },
      payload: JSON.stringify({ email, password }),
    });

    const { session } = (await get('/auth/me', bearer(sessionIn(response)))).json();
    expect(session.ip).toBe(CLIENT);
    const audited = await sql(
      `SELECT p.ip FROM gatehouse.audit_events e
       JOIN gatehouse.audit_personal p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
       WHERE e.request_id = $1`,
      [response.headers['x-request-id']],
    );
    expect(audited).toEqual([{ ip: CLIENT }]);
  });

  it('is read from all lines of the header, in their order, over a real connection', async () => {
    const behindLoopback = await ownService({ TRUST_PROXY: '127.0.0.1,10.0.0.0/8' });
    const say = await listen(behindLoopback);
    const lines = ['6.6.6.6', `${CLIENT} ,10.0.0.3`, '\t10.0.0.2'].map(
      (line) => `X-Forwarded-For: ${line}\r\n`,
    );

    const { headers } = await say(
      `GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join('')}\r\n`,
    );

    expect(addressesOf(behindLoopback.logLines, headers['x-request-id'] ?? '')).toEqual([CLIENT, CLIENT]);
  });
});

describe('a forwarded header of a stranger', () => {
  it.each([
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Forwarded-Host',
    'Forwarded',
  ])('is warned of once in the life of the process: %s', async (name) => {
    const own = await ownService({ TRUST_PROXY: '10.0.0.0/8' });
    const ask = (remoteAddress: string, headers: Record<string, string>) =>
      own.http.inject({ url: '/live', remoteAddress, headers });

    await ask(PROXY, { [name]: 'marker' });
    await ask(STRANGER, { 'x-real-ip': 'marker', via: 'marker' });
    expect(warningsOf(own)).toEqual([]);

    await ask(`::ffff:${STRANGER}`, { [name]: 'marker' });
    await ask('203.0.113.10', { [name]: 'marker', 'x-forwarded-for': 'marker' });

    expect(warningsOf(own)).toEqual([STRANGER]);
    expect(own.logLines().join('')).not.toContain('marker');
  });

  it('is warned of with no proxy at all, too', async () => {
    const own = await ownService();

    await own.get('/live', { 'x-forwarded-for': CLIENT });

    expect(warningsOf(own)).toEqual(['127.0.0.1']);
  });
});

describe('what a trusted proxy forwards', () => {
  it('builds no link, no issuer and no cookie of another host (rule 25)', async () => {
    const { http, get } = service();
    const { email } = await register(service());
    const elsewhere = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/evil.example',
    };
    const ask = (method: 'GET' | 'POST', url: string, body?: object) =>
      http.inject({
        method,
        url,
        remoteAddress: PROXY,
        headers: { ...elsewhere, 'content-type': 'application/json' },
        ...(body && { payload: JSON.stringify(body) }),
      });

    await ask('POST', '/auth/email/resend-verification', { email });
    const signedIn = await newSession(service(), {}, elsewhere);
    const answers = [
      await ask('GET', '/nowhere'),
      await ask('GET', '/auth/config'),
      await ask('GET', '/openapi.json'),
      await ask('GET', '/setup'),
      await ask('POST', '/auth/login', { email }),
      signedIn.response,
      await get('/auth/me', bearer(signedIn)),
    ];

    const told = [...answers.map(({ headers, body }) => [headers, body]), await mailsTo(service(), email)];
    expect(JSON.stringify(told)).not.toContain('evil.example');
    const [, claims = ''] = signedIn.accessToken.split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'http://auth.example',
    });
  });
});
