import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { apiClient } from '../support/api-client.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

const ROUNDS = 4;
const CALLERS = 24;

// A user, the role, the verification link, the mail and the audit event are one transaction.
const HALVES = `
  SELECT u.email FROM gatehouse.users u
  WHERE NOT EXISTS (SELECT FROM gatehouse.user_roles r WHERE r.user_id = u.id)
     OR NOT EXISTS (SELECT FROM gatehouse.one_time_tokens t WHERE t.subject_id = u.id)
     OR NOT EXISTS (SELECT FROM gatehouse.outbox o WHERE o.recipient = u.email)
     OR NOT EXISTS (SELECT FROM gatehouse.audit_events e WHERE e.target_id = u.id AND e.type = 'user.registered')`;
const ORPHANS = `
  SELECT o.recipient FROM gatehouse.outbox o
  WHERE NOT EXISTS (SELECT FROM gatehouse.users u WHERE u.email = o.recipient)`;

it('leaves whole users or none when the server is killed while people register', async () => {
  const dataDir = await temporaryFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    acknowledged.push(...(await registerAndKill(dataDir, round)));

  const survivor = await startServer({ dataDir });
  const { client, embedded } = await connect(dataDir);
  const emails = (await client.query<{ email: string }>('SELECT email FROM gatehouse.users')).rows;
  const halves = (await client.query(HALVES)).rows;
  const orphans = (await client.query(ORPHANS)).rows;
  await client.end();
  await survivor.stop();
  await embedded.stop();

  expect(halves).toEqual([]);
  expect(orphans).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(emails.map(({ email }) => email)).toEqual(expect.arrayContaining(acknowledged));
});

/** Kills the server when a few of many registrations were answered. Answers with the addresses that were. */
async function registerAndKill(dataDir: string, round: number): Promise<string[]> {
  const server = await startServer({
    dataDir,
    env: { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' },
  });
  const { post } = apiClient(server.url);
  const acknowledged: string[] = [];
  let killed: Promise<void> | undefined;
  const register = async (caller: number) => {
    const email = `user-${round}-${caller}@example.test`;
    const { status } = await post('/auth/register', { email, password: PASSWORD });
    if (status === 201) acknowledged.push(email);
    if (acknowledged.length > round * 3) killed ??= server.kill();
  };
  await Promise.allSettled(Array.from({ length: CALLERS }, (_, caller) => register(caller)));
  await (killed ?? server.kill());
  return acknowledged;
}

async function connect(dataDir: string): Promise<{ client: pg.Client; embedded: EmbeddedPostgres }> {
  const embedded = await startEmbedded({ dir: join(dataDir, 'postgres') });
  const client = new pg.Client(embedded.connection);
  await client.connect();
  return { client, embedded };
}
