import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { email as parsed } from '../../support/parsed.ts';
import { type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { newAddress, register, TIMESTAMP, UUID_V7 } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';

const service = sharedService();
/** What a browser or curl on this machine says. */
const local = { host: 'localhost:8080' };
const MAIL_KEYS = [
  'id',
  'tenant_id',
  'to',
  'subject',
  'template',
  'text',
  'html',
  'links',
  'token',
  'code',
  'created_at',
];

const mailbox = (query = '', headers: Record<string, string> = local) =>
  service().get(`/dev/mailbox${query}`, headers);

async function mailed(address = newAddress()): Promise<string> {
  await register(service(), { email: address });
  await service().app.worker?.runOnce('mail');
  return address;
}

beforeAll(async () => {
  await service().app.services.createTenant('acme', 'Acme');
});

describe('200', () => {
  it('tells a mail whole, its token and links apart', async () => {
    const address = await mailed();

    const response = await mailbox(`?to=${address}`);

    expect(response.statusCode).toBe(200);
    expect(Object.keys(response.json())).toEqual(['data']);
    const [mail, ...others] = response.json().data;
    expect(others).toEqual([]);
    expect(Object.keys(mail).sort()).toEqual([...MAIL_KEYS].sort());
    expect(mail).toMatchObject({
      id: expect.stringMatching(UUID_V7),
      tenant_id: expect.stringMatching(UUID_V7),
      to: address,
      template: 'verify_email',
      links: [`http://localhost:8080/verify-email#token=${mail.token}`],
      code: null,
      created_at: expect.stringMatching(TIMESTAMP),
    });
    expect(mail.subject).not.toBe('');
    expect((await service().post('/auth/email/verify', { token: mail.token })).statusCode).toBe(200);
  });

  it('lists the newest first, those of all tenants', async () => {
    const { resolveTenant, invite } = service().app.services;
    const address = await mailed();
    await invite.byOperator(await resolveTenant.byName('acme'), parsed(address), 'admin');
    await service().app.worker?.runOnce('mail');

    const { data } = (await mailbox(`?to=${address.toUpperCase()}`)).json();

    expect(data.map(({ template }: { template: string }) => template)).toEqual([
      'invitation',
      'verify_email',
    ]);
    expect(data[0].tenant_id).not.toBe(data[1].tenant_id);
  });

  it('answers 25, or as many as asked for up to 100', async () => {
    for (let count = 0; count < 30; count += 1) await register(service());
    await service().app.worker?.runOnce('mail');
    const count = async (query: string) => (await mailbox(query)).json().data.length;
    expect([await count(''), await count('?limit=1'), await count('?limit=29')]).toEqual([25, 1, 29]);
  });

  it('answers an empty list for an address that nothing went to', async () => {
    expect((await mailbox('?to=nobody@example.test')).json()).toEqual({ data: [] });
  });

  it('shows mail of the running worker within a second of its change', async () => {
    const { app } = service();
    app.worker?.start();
    const address = newAddress();
    await register(service(), { email: address });

    await expect
      .poll(async () => (await mailbox(`?to=${address}`)).json().data.length, { timeout: 5000 })
      .toBe(1);
  });

  it.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])('answers to the Host %s', async (host) => {
    expect((await mailbox('', { host })).statusCode).toBe(200);
  });

  it('answers to the Host of PUBLIC_URL', async () => {
    const { get } = await ownService({ PUBLIC_URL: 'http://auth.localhost:9000' });
    expect((await get('/dev/mailbox', { host: 'auth.localhost:9000' })).statusCode).toBe(200);
  });
});

describe('400 validation_failed', () => {
  it.each(['0', '101', '-1', '1.5', 'ten', ''])('for a limit of %j', async (limit) => {
    expectFields(await mailbox(`?limit=${limit}`), '/limit');
  });
});

describe('404 route_not_found', () => {
  it.each([
    'evil.example',
    'localhost',
    'localhost:80',
    'localhost:8080.evil.example',
    'evil.example:8080',
    '',
  ])('for the Host %j, as of a page that made its name point here', async (host) => {
    expectProblem(await mailbox('', { host }), 'route_not_found');
    expectProblem(await mailbox('?limit=wrong', { host }), 'route_not_found');
  });

  it('for a peer that is not this machine, whatever is forwarded', async () => {
    const headers = {
      ...local,
      'x-forwarded-for': '127.0.0.1',
      forwarded: 'for=127.0.0.1',
      'x-real-ip': '127.0.0.1',
    };
    for (const remoteAddress of ['203.0.113.7', '10.0.0.1', '::ffff:10.0.0.1', '128.0.0.1']) {
      const response = await service().send({ method: 'GET', url: '/dev/mailbox', headers, remoteAddress });
      expectProblem(response, 'route_not_found');
    }
  });

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '::ffff:127.0.0.1',
  ])('not for the peer %s', async (remoteAddress) => {
    const response = await service().send({
      method: 'GET',
      url: '/dev/mailbox',
      headers: local,
      remoteAddress,
    });
    expect(response.statusCode).toBe(200);
  });

  it('outside development', async () => {
    const { get } = await ownService({ ENVIRONMENT: 'test' });
    expectProblem(await get('/dev/mailbox', local), 'route_not_found');
  });
});

describe('over a real connection', () => {
  it('answers this machine and refuses a foreign Host', async () => {
    const listening = await ownService();
    await listening.http.listen({ host: '127.0.0.1', port: 0 });

    expect(await statusOver(listening, 'localhost:8080')).toBe(200);
    expect(await statusOver(listening, 'evil.example')).toBe(404);
  });
});

function statusOver({ http }: HttpService, host: string): Promise<number | undefined> {
  const { port } = http.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/dev/mailbox', headers: { host } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    asked.on('error', reject).end();
  });
}
