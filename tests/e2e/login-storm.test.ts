import { expect, it } from 'vitest';
import { type ApiAnswer, apiClient, bearer } from '../support/api-client.ts';
import { runCliShared } from '../support/cli-process.ts';
import { sampleOf } from '../support/metrics-text.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

/** Limits that nobody reaches. */
const ENV = {
  ARGON2_PARALLELISM: '1',
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '1000000',
  MAX_LOGIN_ATTEMPTS: '1000',
  MAX_LOGIN_ATTEMPTS_PER_IP: '1000',
  REQUIRE_EMAIL_VERIFICATION: 'false',
};
const TENANTS = ['acme', 'umbrella', 'initech'] as const;
const EXPENSIVE = { ...ENV, ARGON2_TIME_COST: '3', ARGON2_MEMORY_COST: '65536' };
/** At which a turn comes soon on any machine: the queue is full all the same. */
const MODERATE = { ...ENV, ARGON2_TIME_COST: '2', ARGON2_MEMORY_COST: '16384' };
/** What is promised within a second, with room for a machine that does much else. */
const SOON_MS = 5_000;

type Timed = Readonly<{ answer: ApiAnswer; tookMs: number }>;

async function timed(request: () => Promise<ApiAnswer>): Promise<Timed> {
  const begunAt = performance.now();
  const answer = await request();
  return { answer, tookMs: performance.now() - begunAt };
}

/** Asks again and again until `isOver`, and at least once. */
async function meanwhile(isOver: Promise<unknown>, request: () => Promise<ApiAnswer>): Promise<Timed[]> {
  const state = { isOver: false };
  const note = () => {
    state.isOver = true;
  };
  void isOver.then(note, note);
  const answers: Timed[] = [];
  while (!state.isOver || answers.length === 0) answers.push(await timed(request));
  return answers;
}

/** Makes these tenants, and somebody at each; `login` signs them in. */
async function people({ url, dataDir, port }: ServerProcess, slugs: readonly string[]) {
  const api = apiClient(url);
  const env = { DATA_DIR: dataDir, PORT: String(port) };
  const who = { email: 'ada@example.test', password: PASSWORD };
  for (const slug of slugs) {
    const made = await runCliShared(['tenant', 'create', '--slug', slug, '--name', slug], {
      env,
      cwd: dataDir,
    });
    expect(made.code, made.stderr).toBe(0);
    expect((await api.post('/auth/register', who, { 'x-tenant': slug })).status).toBe(201);
  }
  const login = (slug: string) => api.post('/auth/login', who, { 'x-tenant': slug });
  return { api, login };
}

function expectServedOrTurnedAway({ answer: { status, body, headers }, tookMs }: Timed): void {
  expect.soft([200, 503]).toContain(status);
  expect.soft(tookMs).toBeLessThan(SOON_MS);
  if (status !== 503) return;
  expect.soft(body['code']).toBe('unavailable');
  expect.soft(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
}

async function turnedAway({ url }: ServerProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return sampleOf(text, 'gatehouse_hash_queue_turned_away_total') ?? 0;
}

// Rule 30.
it('answers a storm of right sign-ins with 200 or 503 within about a second, and everything else meanwhile', async () => {
  const server = await startServer({ env: EXPENSIVE });
  const { api, login } = await people(server, TENANTS);
  const reader = { email: 'grace@example.test', password: PASSWORD, transport: 'token' };
  await api.post('/auth/register', { email: reader.email, password: PASSWORD });
  const signedIn = await api.post('/auth/login', reader);

  const calls = Array.from({ length: 40 }, () => TENANTS).flat();
  const storm = Promise.all(calls.map((slug) => timed(() => login(slug))));
  const [answers, alive, me] = await Promise.all([
    storm,
    meanwhile(storm, () => api.get('/live')),
    meanwhile(storm, () => api.get('/auth/me', bearer(signedIn))),
  ]);

  for (const answer of answers) expectServedOrTurnedAway(answer);
  for (const status of [200, 503]) expect(answers.map(({ answer }) => answer.status)).toContain(status);
  for (const { answer, tookMs } of [...alive, ...me]) {
    expect.soft(answer.status).toBe(200);
    expect.soft(tookMs).toBeLessThan(SOON_MS);
  }
  for (const slug of TENANTS) expect((await login(slug)).status).toBe(200);
});

it("lets another tenant's people in during one tenant's storm", async () => {
  const server = await startServer({ env: MODERATE });
  const [stormy, calm] = TENANTS;
  const { login } = await people(server, [stormy, calm]);

  for (let round = 0; round < 3; round += 1) {
    const before = await turnedAway(server);
    const storm = Promise.all(Array.from({ length: 120 }, () => timed(() => login(stormy))));
    await expect.poll(() => turnedAway(server), { interval: 5, timeout: 10_000 }).toBeGreaterThan(before);

    const { answer, tookMs } = await timed(() => login(calm));

    expect(answer.status).toBe(200);
    expect(tookMs).toBeLessThan(SOON_MS);
    for (const each of await storm) expectServedOrTurnedAway(each);
  }
});
