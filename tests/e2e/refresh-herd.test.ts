import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { connectTo, sharedFaultPostgres } from '../support/fault-postgres.ts';
import { startServerOn } from '../support/fault-server.ts';
import { MANY_SECRET_KEY, makeManySessions, residentMb, watchMemory } from '../support/many-sessions.ts';

const HERD = 5_000;
/**
 * As a proxy in front has them: fewer than wait to be accepted (511, Node's own bound), for beyond that it is the
 * system that resets connections, and the server never hears of them.
 */
const CONNECTIONS = 500;
/** In which all of them come. */
const WITHIN_MS = 1_000;
/** How often one asks again who is told to: the machine may be slow. */
const TRIES_MAX = 8;
/** What is promised within a second, with room for a machine that does much else. */
const SOON_MS = 10_000;
/** Beyond what a server holds at rest, for 5,000 requests at once. */
const GROWTH_MAX_MB = 250;

const postgres = sharedFaultPostgres();

type Refreshed = Readonly<{ statuses: readonly number[]; tookMs: readonly number[]; token: string | null }>;

// Rules 15, 30 and 33: all applications of a tenant come back after an outage, in one second.
it('answers 5,000 refreshes in one second with 200, or with 503 and a time after which it is 200', async () => {
  const url = await postgres().createDatabase();
  const server = await startServerOn(url, {
    ...{ SECRET_KEY: MANY_SECRET_KEY, LOG_LEVEL: 'warn' },
  });
  const database = await connectTo(url);
  const { tenantId, refreshTokens } = await makeManySessions(database, { slug: 'acme', count: HERD });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  onTestFinished(() => agent.destroy());
  const before = residentMb(server.pid);
  const most = watchMemory(server.pid);

  const herd = Promise.all(
    refreshTokens.map(async (token, index) => {
      await pause((index * WITHIN_MS) / HERD);
      return refreshUntilDone({ agent, port: server.port }, token);
    }),
  );
  const [refreshed, alive] = await Promise.all([herd, probe(server.url, herd)]);

  const growth = most() - before;
  const answers = refreshed.flatMap(({ statuses }) => statuses);
  const tookMs = refreshed.flatMap((each) => each.tookMs).sort((left, right) => left - right);
  process.stderr.write(
    `\nThe herd: ${answers.length} answers, ${answers.filter((status) => status === 503).length} of them 503, ` +
      `p50 ${Math.round(tookMs[tookMs.length >> 1] ?? 0)} ms, slowest ${Math.round(tookMs.at(-1) ?? 0)} ms; ` +
      `/live at most ${Math.round(Math.max(...alive))} ms; ${Math.round(growth)} MB beyond ${Math.round(before)}\n\n`,
  );
  expect(new Set(refreshed.map(({ token }) => token)).size).toBe(HERD);
  expect(refreshed.filter(({ token }) => token === null)).toEqual([]);
  const { rows } = await database.query(
    'SELECT number::int, end_reason, count(*)::int FROM gatehouse.sessions WHERE tenant_id = $1 GROUP BY 1, 2',
    [tenantId],
  );
  expect(rows).toEqual([{ number: 1, end_reason: null, count: HERD }]);
  const { rows: refused } = await database.query(
    "SELECT type FROM gatehouse.audit_events WHERE tenant_id = $1 AND type ~ '^session.(refresh_token_|ended)'",
    [tenantId],
  );
  expect(refused).toEqual([]);
  expect(Math.max(...alive)).toBeLessThan(SOON_MS);
  expect(Math.max(...tookMs)).toBeLessThan(SOON_MS);
  expect(growth).toBeLessThan(GROWTH_MAX_MB);
});

type Target = Readonly<{ agent: Agent; port: number }>;

/** As a good client: whoever is told when to come again comes no sooner, not with all others, and later each time. */
async function refreshUntilDone(target: Target, token: string): Promise<Refreshed> {
  const statuses: number[] = [];
  const tookMs: number[] = [];
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { status, body, retryAfter, took } = await send(target, token);
    tookMs.push(took);
    statuses.push(status);
    if (status === 200) return { statuses, tookMs, token: String(body['refresh_token']) };
    expect([status, body['code']]).toEqual([503, 'unavailable']);
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    await pause(retryAfter * 1000 * (1 + Math.random()) * (tries + 1));
  }
  return { statuses, tookMs, token: null };
}

type Sent = Readonly<{
  status: number;
  body: Record<string, unknown>;
  retryAfter: number;
  /** From when there was a connection to send it over, in milliseconds. */
  took: number;
}>;

function send({ agent, port }: Target, token: string): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ refresh_token: token });
    let sentAt = performance.now();
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(
      { ...{ agent, port, headers }, host: '127.0.0.1', method: 'POST', path: '/auth/refresh' },
      (response) => {
        const retryAfter = Number(response.headers['retry-after']);
        text(response).then((answered) => {
          const took = performance.now() - sentAt;
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(answered), retryAfter, took });
        }, reject);
      },
    );
    sent.once('socket', () => {
      sentAt = performance.now();
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A connection that had nothing to do was closed as the request went out: nobody has read it.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send({ agent, port }, token));
      else reject(error);
    });
    sent.end(body);
  });
}

/** How long `/live` takes, again and again until that is over. */
async function probe(url: string, until: Promise<unknown>): Promise<readonly number[]> {
  const state = { isOver: false };
  const note = (): void => {
    state.isOver = true;
  };
  void until.then(note, note);
  const tookMs: number[] = [];
  while (!state.isOver) {
    const sentAt = performance.now();
    expect((await fetch(`${url}/live`)).status).toBe(200);
    tookMs.push(performance.now() - sentAt);
    await pause(20);
  }
  return tookMs;
}
