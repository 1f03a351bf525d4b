import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { apiClient } from '../support/api-client.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.ts';

const ADDRESS = 'ada@example.test';
/** Somebody waits for a row that another has locked. */
const WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'";

/** Something that the test waits for, or lets happen. */
function event() {
  let happen: () => void = () => undefined;
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happen, happened };
}

type Scene = Readonly<{
  dataDir: string;
  smtp: SmtpTestServer;
  /** The database, as its superuser. */
  sql: pg.Client;
  /** The server has come to the marked point, and goes on from there when the test lets it. */
  reached: ReturnType<typeof event>;
  goOn: ReturnType<typeof event>;
  start(): Promise<ServerProcess>;
}>;

/** A server that sends over SMTP, whose first mail is held at one step. */
async function playScene(step: 'onRecipient' | 'onMessage'): Promise<Scene> {
  const [reached, goOn] = [event(), event()];
  let isFirst = true;
  const smtp = await startSmtpServer({
    async [step]() {
      if (!isFirst) return;
      isFirst = false;
      reached.happen();
      await goOn.happened;
    },
  });
  const dataDir = await temporaryFolder();
  const embedded = await startEmbedded({ dir: join(dataDir, 'postgres') });
  const sql = new pg.Client(embedded.connection);
  await sql.connect();
  onTestFinished(async () => {
    await sql.end();
    await embedded.stop();
  });
  const env = {
    PUBLIC_URL: 'http://localhost:8080',
    ...{ SMTP_HOST: smtp.host, SMTP_PORT: String(smtp.port), SMTP_FROM: 'no-reply@auth.example' },
    ...{ SMTP_TLS: 'disable', ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' },
  };
  return { dataDir, smtp, sql, reached, goOn, start: () => startServer({ dataDir, env }) };
}

/** A second server takes over what the first one left, once its claim has run out. */
async function takeOver({ sql, smtp, start }: Scene): Promise<void> {
  const before = smtp.received.length;
  await start();
  await sql.query(
    `UPDATE gatehouse.outbox
     SET due_at = due_at - interval '2 minutes', claimed_until = claimed_until - interval '2 minutes'`,
  );
  await until(async () => {
    const { rows } = await sql.query("SELECT FROM gatehouse.outbox WHERE status <> 'sent'");
    return rows.length === 0 && smtp.received.length > before;
  });
}

/** Asks until it is so. The time limit of the test is the limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

async function register({ url }: ServerProcess): Promise<void> {
  const { status } = await apiClient(url).post('/auth/register', { email: ADDRESS, password: PASSWORD });
  expect(status).toBe(201);
}

describe('a mail of a server that is killed', () => {
  it('before it was sent is sent once, by the next one', async () => {
    const scene = await playScene('onRecipient');
    const server = await scene.start();
    await register(server);
    await scene.reached.happened;

    await server.kill();
    scene.goOn.happen();
    await takeOver(scene);

    expect(scene.smtp.received.map(({ to }) => to)).toEqual([ADDRESS]);
  });

  it('after the other side took it and before it said so is sent again under the same id', async () => {
    const scene = await playScene('onMessage');
    const server = await scene.start();
    await register(server);
    await scene.reached.happened;

    await server.kill();
    scene.goOn.happen();
    await takeOver(scene);

    expectOneMailTwice(scene.smtp);
  });

  it('after the other side said so and before that was noted is sent again under the same id', async () => {
    const scene = await playScene('onMessage');
    const server = await scene.start();
    await register(server);
    await scene.reached.happened;

    await scene.sql.query('BEGIN');
    await scene.sql.query('SELECT FROM gatehouse.outbox FOR UPDATE');
    scene.goOn.happen();
    await until(async () => (await scene.sql.query(WAITING)).rows.length > 0);
    await server.kill();
    // Postgres would not notice by itself that nobody waits for the answer any more.
    await scene.sql.query(`SELECT pg_terminate_backend(pid, 10000) FROM (${WAITING}) waiting`);
    await scene.sql.query('ROLLBACK');
    await takeOver(scene);

    expectOneMailTwice(scene.smtp);
  });
});

function expectOneMailTwice({ received }: SmtpTestServer): void {
  expect(received.map(({ to }) => to)).toEqual([ADDRESS, ADDRESS]);
  const [first, second] = received;
  expect(first?.message.messageId).toMatch(/^<[0-9a-f-]{36}@auth\.example>$/);
  expect([second?.message.messageId, second?.message.date]).toEqual([
    first?.message.messageId,
    first?.message.date,
  ]);
  expect(second?.message.text).toBe(first?.message.text);
}
