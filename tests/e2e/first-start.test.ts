import { expect, it } from 'vitest';
import { apiClient, bearer } from '../support/api-client.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

it('goes from nothing to an owner and a signed-in user, and keeps both over a restart and a kill', async () => {
  const dataDir = await temporaryFolder();
  const first = await startServer({ dataDir });
  const api = apiClient(first.url);

  expect(first.stdout()).toContain(`${first.url}/docs`);
  const owner = { token: first.firstOwnerToken(), email: 'owner@example.test', password: PASSWORD };
  const accepted = await api.post('/auth/invitations/accept', owner);
  expect([accepted.status, accepted.body['user']]).toMatchObject([
    200,
    { roles: ['owner'], email_verified: true },
  ]);
  expect(await api.post('/auth/invitations/accept', owner)).toMatchObject({
    status: 410,
    body: { code: 'link_used' },
  });

  expect((await api.post('/auth/register', { email: 'ada@example.test', password: PASSWORD })).status).toBe(
    201,
  );
  const credentials = { email: 'ada@example.test', password: PASSWORD, transport: 'token' };
  const login = await api.post('/auth/login', credentials);
  expect((await api.get('/auth/me', bearer(login))).status).toBe(200);
  expect(await first.stop()).toBe(0);

  const second = await startServer({ dataDir, port: first.port });
  expect(second.firstOwnerToken()).toBeNull();
  const refreshed = await api.post('/auth/refresh', { refresh_token: login.body['refresh_token'] });
  expect(refreshed.status).toBe(200);
  await second.kill();

  const third = await startServer({ dataDir, port: first.port });
  expect((await api.get('/auth/me', bearer(refreshed))).status).toBe(200);
  expect((await api.post('/auth/logout', {}, bearer(refreshed))).status).toBe(204);
  expect(await api.get('/auth/me', bearer(refreshed))).toMatchObject({
    status: 401,
    body: { code: 'session_revoked' },
  });
  expect(await third.stop()).toBe(0);
});

it('delivers mails to the development mailbox, and a verification link from there works once', async () => {
  const server = await startServer({ env: { REQUIRE_EMAIL_VERIFICATION: 'true' } });
  const api = apiClient(server.url);
  const asked = await api.post('/auth/register', { email: 'ada@example.test', password: PASSWORD });
  expect(asked).toMatchObject({ status: 202, body: { status: 'email_verification_required' } });

  const token = await expect
    .poll(() => newestToken(server.url), { timeout: 10_000 })
    .toMatch(/^[\w-]+$/)
    .then(() => newestToken(server.url));
  expect((await api.post('/auth/email/verify', { token })).body).toEqual({ status: 'verified' });
  expect((await api.post('/auth/email/verify', { token })).status).toBe(410);
  expect((await api.post('/auth/login', { email: 'ada@example.test', password: PASSWORD })).status).toBe(200);
});

it('writes JSON lines to stdout but for the banner, and never the token of a link or a password', async () => {
  const server = await startServer({ env: { LOG_LEVEL: 'trace' } });
  const api = apiClient(server.url);
  await api.post('/auth/register', { email: 'ada@example.test', password: PASSWORD });
  await server.stop();

  const [banner = ''] = /\n {2}Gatehouse is ready[\s\S]*?"default"\.\n\n/.exec(server.stdout()) ?? [];
  const lines = server.stdout().replace(banner, '\n').split('\n').filter(Boolean);
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('time');
  expect(lines.join('\n')).not.toContain(server.firstOwnerToken());
  expect(lines.join('\n')).not.toContain(PASSWORD);
  expect(server.stderr()).toBe('');
});

async function newestToken(url: string): Promise<string> {
  const { body } = await apiClient(url).get('/dev/mailbox?to=ada@example.test');
  const [mail] = body['data'] as { token: string }[];
  return mail?.token ?? '';
}
