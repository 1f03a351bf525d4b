import { Writable } from 'node:stream';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { JOB_PATIENCE } from '../../adapters/postgres/pools.ts';
import { type App, compose } from '../../app/compose.ts';
import type { Databases } from '../../app/databases.ts';
import { type Config, readConfig } from '../../config/index.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

/** Argon2 at its cheapest: what these tests prove does not hang on the cost. */
const CHEAP = { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' };
/** Every request of a test comes from one address: limits are for the tests that are about them. */
const BOUNDLESS = {
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '100000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '1000000',
  MAX_LOGIN_ATTEMPTS: '1000',
  MAX_LOGIN_ATTEMPTS_PER_IP: '1000',
};
export const PASSWORD = 'Correct-Horse-9-Battery';

export type TestService = Readonly<{
  app: App;
  http: FastifyInstance;
  config: Config;
  database: TestDatabase;
  /** Every log line written so far, as text. */
  logLines(): readonly string[];
  /** A JSON request; `headers` are added to the content type. */
  post(url: string, body?: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Lets the worker deliver what waits, and answers with the token of the newest mail to an address. */
  mailedToken(to: string): Promise<string>;
}>;

/** A service whose end is its holder's to bring about. */
export type OpenService = TestService & Readonly<{ close(): Promise<void> }>;

/**
 * The whole service as it runs, in this process, over a database of its own. Closed when the test is over.
 *
 * @param env on top of the development defaults
 */
export async function startService(
  env: Record<string, string> = {},
  database?: TestDatabase,
): Promise<TestService> {
  const service = await openService(env, database);
  onTestFinished(() => service.close());
  return service;
}

/** The same, for whoever wants it for longer than one test. Serves from the start. */
export async function openService(
  env: Record<string, string> = {},
  database?: TestDatabase,
): Promise<OpenService> {
  const service = await composeService(env, database);
  await service.app.limits.connect();
  await service.app.services.ensureInstalled();
  service.app.open();
  return service;
}

/** The same before its first step: nothing is installed, and it does not serve yet. */
export async function composeService(
  env: Record<string, string> = {},
  database?: TestDatabase,
): Promise<OpenService> {
  const own = database ?? (await createTestDatabase());
  const config = readConfig({ ENVIRONMENT: 'development', PORT: '8080', ...CHEAP, ...BOUNDLESS, ...env });
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const databases: Databases = {
    app: own.address('gatehouse_app'),
    direct: own.address('gatehouse_app'),
    system: own.address('gatehouse_system'),
    owner: own.address('gatehouse_owner'),
    provisioner: null,
    isOwnLogin: false,
    embedded: null,
  };
  const secretKeys = config.secretKeys ?? ['test-secret-key-of-more-than-thirty-two-bytes'];
  const logger = pino({ level: 'trace' }, sink);
  // Deadlines are for the tests that are about them: a machine that runs everything at once may be slow.
  const app = await compose({ config, secretKeys, databases, logger, patience: JOB_PATIENCE });
  return {
    app,
    http: app.http,
    config,
    database: own,
    logLines: () => lines,
    close: () => app.close(),
    ...requests(app),
  };
}

function requests(app: App): Pick<TestService, 'post' | 'get' | 'mailedToken'> {
  return {
    post: (url, body = {}, headers = {}) =>
      app.http.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload: JSON.stringify(body),
      }),
    get: (url, headers = {}) => app.http.inject({ method: 'GET', url, headers }),
    async mailedToken(to) {
      await app.worker?.runOnce('mail');
      const [mail] = (await app.devMailbox?.list({ to, limit: 1 })) ?? [];
      if (!mail?.token) throw new Error(`No mail with a token went to ${to}`);
      return mail.token;
    },
  };
}
