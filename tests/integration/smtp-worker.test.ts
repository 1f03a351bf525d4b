import { setTimeout as slowly } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RenderedMail } from '../../core/notifications/index.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.ts';

const GENEROUS_MS = 3_000;
const SLOW_MS = 600;

/** The settings of a service in development that sends over SMTP. */
function smtpTo({ host, port }: Pick<SmtpTestServer, 'host' | 'port'>): Record<string, string> {
  return {
    SMTP_HOST: host,
    SMTP_PORT: String(port),
    SMTP_FROM: 'no-reply@auth.example',
    SMTP_TLS: 'disable',
  };
}

const NOBODY = { host: '127.0.0.1', port: 1 };

async function register({ post }: TestService, email: string): Promise<void> {
  const { statusCode } = await post('/auth/register', { email, password: PASSWORD });
  if (statusCode >= 300) throw new Error(`Registering answered ${statusCode}`);
}

async function inMailbox({ app }: TestService): Promise<readonly RenderedMail[]> {
  return (await app.devMailbox?.list({ to: null, limit: 100 })) ?? [];
}

async function statusesOf({ database }: TestService): Promise<readonly string[]> {
  const { rows } = await database
    .pool(null, 1)
    .query('SELECT status FROM gatehouse.outbox ORDER BY created_at');
  return rows.map(({ status }) => status);
}

/** Something that happens once, and whether it has. */
function event() {
  let happen: () => void = () => undefined;
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happen, happened };
}

describe('in development', () => {
  it('a mail goes over SMTP and into the mailbox alike', async () => {
    const server = await startSmtpServer();
    const service = await startService(smtpTo(server));
    await register(service, 'ada@example.com');

    await service.app.worker?.runOnce('mail');

    const [shown] = await inMailbox(service);
    expect(server.received.map(({ to, message }) => [to, message.subject])).toEqual([
      ['ada@example.com', shown?.subject],
    ]);
    expect(server.received[0]?.message.text).toContain(shown?.links[0]);
  });

  it('the mailbox shows every mail, whatever becomes of its sending', async () => {
    const service = await startService({ ...smtpTo(NOBODY), REQUIRE_EMAIL_VERIFICATION: 'true' });
    for (let count = 0; count < 25; count += 1) await register(service, 'ada@example.com');

    await service.app.worker?.runOnce('mail');

    expect(await inMailbox(service)).toHaveLength(25);
    const statuses = await statusesOf(service);
    expect(statuses.filter((status) => status === 'suppressed')).toHaveLength(5);
    expect(statuses.filter((status) => status === 'waiting')).toHaveLength(20);
  });

  it('a mail that is only shown counts as sent', async () => {
    const service = await startService();
    await register(service, 'ada@example.com');

    await service.app.worker?.runOnce('mail');

    expect(await inMailbox(service)).toHaveLength(1);
    expect(await statusesOf(service)).toEqual(['sent']);
  });

  it('a mail is sent within a second of the change that caused it', async () => {
    const { happen, happened } = event();
    const server = await startSmtpServer({ onMessage: async () => happen() });
    const service = await startService(smtpTo(server));
    service.app.worker?.start();
    await register(service, 'ada@example.com');
    const began = performance.now();

    await happened;

    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a worker that is told to stop', () => {
  it('lets the mail under way come to its end', async () => {
    const begun = event();
    const server = await startSmtpServer({
      onMessage() {
        begun.happen();
        return slowly(SLOW_MS);
      },
    });
    const service = await startService(smtpTo(server));
    service.app.worker?.start();
    await register(service, 'ada@example.com');
    await begun.happened;

    await service.app.worker?.stop();

    expect(await statusesOf(service)).toEqual(['sent']);
    await server.untilNobodyIsConnected();
  });

  it('waits for no server that never answers: the mail is due again', async () => {
    const begun = event();
    const server = await startSmtpServer({
      onMessage() {
        begun.happen();
        return new Promise(() => undefined);
      },
    });
    const service = await startService(smtpTo(server));
    service.app.worker?.start();
    await register(service, 'ada@example.com');
    await begun.happened;
    const began = performance.now();

    await service.app.worker?.stop();

    expect(performance.now() - began).toBeLessThan(8_000 + GENEROUS_MS);
    expect(await statusesOf(service)).toEqual(['waiting']);
  });

  it('takes up no other mail', async () => {
    const server = await startSmtpServer();
    const service = await startService(smtpTo(server));
    service.app.worker?.start();
    await service.app.worker?.stop();

    await register(service, 'ada@example.com');
    await service.app.worker?.runOnce('mail');

    const { rows } = await service.database.pool(null, 1).query('SELECT attempts FROM gatehouse.outbox');
    expect(rows).toEqual([{ attempts: 0 }]);
  });
});

describe('WORKER', () => {
  it('off: no job runs in the process, and it holds no connection that sees every tenant', async () => {
    const { app } = await startService({ ENVIRONMENT: 'test', WORKER: 'off' });

    expect([app.worker, app.systemPool]).toEqual([null, null]);
  });

  it('off, in development: no job runs, and the mailbox can be read all the same', async () => {
    const { app, get } = await startService({ WORKER: 'off' });

    expect(app.worker).toBeNull();
    expect((await get('/dev/mailbox', { host: 'localhost:8080' })).statusCode).toBe(200);
  });

  it('only: jobs run, and nothing is served but what tells how the process is', async () => {
    const service = await startService({ WORKER: 'only' });
    const other = await startService({ WORKER: 'off' }, service.database);
    await register(other, 'ada@example.com');

    await service.app.worker?.runOnce('mail');
    const statusOf = async (url: string) => (await service.get(url, { host: 'localhost:8080' })).statusCode;
    const served = await Promise.all(['/live', '/ready', '/health', '/metrics'].map(statusOf));
    const others = [
      '/',
      '/docs',
      '/openapi.json',
      '/dev/mailbox',
      '/.well-known/jwks.json',
      '/setup',
      '/errors',
    ];
    const missing = await Promise.all([...others, '/auth/config', '/auth/me'].map(statusOf));
    const login = await service.post('/auth/login', { email: 'ada@example.com', password: PASSWORD });

    expect(await inMailbox(other)).toHaveLength(1);
    expect(served).toEqual([200, 200, 200, 200]);
    expect(new Set([...missing, login.statusCode])).toEqual(new Set([404]));
  });
});

it('tells the metrics how much waits', async () => {
  const service = await startService(smtpTo(NOBODY));
  await register(service, 'ada@example.com');
  await service.app.worker?.runOnce('mail');

  expect(await service.app.worker?.mailBacklog()).toMatchObject({ waiting: 1, dead: 0, suppressed: 0 });
});

it('tells nobody of a failed mail more than codes', async () => {
  const service = await startService(smtpTo(NOBODY));
  await register(service, 'ada@example.com');

  await service.app.worker?.runOnce('mail');

  const lines = service.logLines().filter((line) => line.includes('could not be delivered'));
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ mail_id: expect.any(String), reason: 'ESOCKET ECONNREFUSED', is_final: false }),
  ]);
  const [mail] = await inMailbox(service);
  expect(service.logLines().join('')).not.toContain(mail?.token);
});
