import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import { runCli } from '../support/cli-process.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

// Two universities, by addresses that have been theirs since the eighties: the bundled data tells their countries.
const ZURICH = '129.132.19.216';
const TOKYO = '133.11.0.1';
const PRIVATE = '192.168.7.7';
const EMAIL = 'ada@example.test';
const ENV = { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', TRUST_PROXY: '127.0.0.1,::1' };

it('tells of a journey that nobody can make, and demands a fresh sign-in where the tenant wants that', async () => {
  const server = await startServer({ env: ENV });
  const api = apiClient(server.url);
  const ask = await databaseOf(server);
  await register(api);

  await signInFrom(api, ZURICH);
  const far = await signInFrom(api, TOKYO);

  expect(await suspicionsOf(ask)).toEqual([
    { ip: TOKYO, target_id: far, data: { kind: 'new_country', country: 'JP', response: 'mail' } },
    {
      ...{ ip: TOKYO, target_id: far },
      data: {
        ...{ kind: 'impossible_travel', from_country: 'CH', country: 'JP', response: 'mail' },
        ...{ minutes: expect.any(Number), distance_km: expect.any(Number) },
      },
    },
  ]);
  const [mail] = await mailbox(api, 1);
  expect(mail).toMatchObject({ template: 'suspicious_activity', to: EMAIL });
  expect(mail?.['text']).toMatch(
    /UTC, an unknown program, Japan\.[^.]+You have not signed in from this country/,
  );

  await setAlerts(server, { suspicious: 'step_up' });
  const back = await signInFrom(api, ZURICH);
  const nowhere = await signInFrom(api, PRIVATE);

  const due = await ask('SELECT id FROM gatehouse.sessions WHERE step_up_at IS NOT NULL');
  expect(due).toEqual([{ id: back }]);
  expect((await suspicionsOf(ask)).filter(({ target_id: id }) => id === nowhere)).toEqual([]);
  expect(await mailbox(api, 2)).toHaveLength(2);
});

type Ask = (text: string) => Promise<readonly Record<string, unknown>[]>;

/** Asks the server's own database, as its superuser. */
async function databaseOf({ dataDir }: ServerProcess): Promise<Ask> {
  const embedded = await startEmbedded({ dir: join(dataDir, 'postgres') });
  const client = new pg.Client(embedded.connection);
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await embedded.stopIfLast();
  });
  return async (text) => (await client.query(text)).rows;
}

function suspicionsOf(ask: Ask) {
  return ask(
    `SELECT p.ip, e.target_id, e.data FROM gatehouse.audit_events e
     JOIN gatehouse.audit_personal p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
     WHERE e.type = 'suspicion.raised' ORDER BY e.data ->> 'kind' DESC`,
  );
}

/** Signs up and confirms the address, so that it may be mailed to. */
async function register({ post, get }: ApiClient): Promise<void> {
  await post('/auth/register', { email: EMAIL, password: PASSWORD });
  await expect.poll(async () => dataOf(await get('/dev/mailbox')).length, { timeout: 10_000 }).toBe(1);
  const [mail] = dataOf(await get('/dev/mailbox'));
  expect((await post('/auth/email/verify', { token: mail?.['token'] })).status).toBe(200);
}

/** @returns the id of the session */
async function signInFrom({ post }: ApiClient, ip: string): Promise<string> {
  const headers = { 'x-forwarded-for': ip };
  const { status, body } = await post('/auth/login', { email: EMAIL, password: PASSWORD }, headers);
  expect(status).toBe(200);
  const session = Object(body['session']);
  return String(session.id);
}

/** The mails that told of sign-ins, the newest first, as soon as there are so many. */
async function mailbox({ get }: ApiClient, count: number) {
  const read = async () =>
    dataOf(await get(`/dev/mailbox?to=${EMAIL}`)).filter(({ template }) => template !== 'verify_email');
  await expect.poll(async () => (await read()).length, { timeout: 10_000 }).toBe(count);
  return read();
}

function dataOf({ body }: Awaited<ReturnType<ApiClient['get']>>): readonly Record<string, unknown>[] {
  const { data } = body;
  return Array.isArray(data) ? data : [];
}

async function setAlerts({ dataDir }: ServerProcess, alerts: Record<string, string>): Promise<void> {
  const args = ['tenant', 'set', '--slug', 'default', '--json-file', '-'];
  const input = JSON.stringify({ alerts });
  const { code, stderr } = await runCli(args, { env: { ...ENV, DATA_DIR: dataDir }, cwd: dataDir, input });
  expect(code, stderr).toBe(0);
}
