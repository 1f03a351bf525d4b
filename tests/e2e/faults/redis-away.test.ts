import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { type ApiAnswer, apiClient } from '../../support/api-client.ts';
import { expectNothingLost, expectServed } from '../../support/fault-answers.ts';
import { untilServed } from '../../support/fault-load.ts';
import { sharedFaultPostgres } from '../../support/fault-postgres.ts';
import { startServerOn, untilHealth } from '../../support/fault-server.ts';
import { startLoad } from '../../support/load.ts';
import { describeWithRedisServer, type RedisServer, startRedisServer } from '../../support/redis.ts';
import { PASSWORD } from '../../support/service.ts';

const LIMIT = 6;
const LOCKED_BY = 3;

// Rule 31.
describeWithRedisServer('a Redis that may be away at any moment', () => {
  const postgres = sharedFaultPostgres();
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedisServer();
    return redis.stop;
  });

  /** What befalls it, one after the other. Each is over before the next begins. */
  const faults = (url: string): readonly Fault[] => [
    { begin: () => redis.run('FLUSHALL'), end: async () => undefined },
    {
      begin: async () => {
        redis.freeze();
        onTestFinished(() => redis.thaw());
      },
      end: async () => {
        redis.thaw();
        await untilHealth(url, 'ok');
      },
    },
    {
      begin: () => redis.kill(),
      end: async () => {
        await redis.startAgain();
        await untilHealth(url, 'ok');
      },
    },
  ];

  it('costs nobody an answer, nor a second, whether it is emptied, stands still or is killed', async () => {
    const server = await startServerOn(await postgres().createDatabase(), { REDIS_URL: redis.url() });
    const load = await startLoad(server.url, { me: 1, refresh: 1, login: 1, register: 1, live: 1 });
    await untilServed(load);

    const since = performance.now();
    for (const { begin, end } of faults(server.url)) {
      await begin();
      await untilServed(load);
      await end();
    }
    await load.stop();

    expectServed(load.answers(since));
    await expectNothingLost(server.url, load.ledger);
  });

  it('leaves limits as they are or makes them stricter, and every lock where it is', async () => {
    const server = await startServerOn(await postgres().createDatabase(), {
      REDIS_URL: redis.url(),
      RATE_LIMIT_CREDENTIALS_PER_MINUTE: String(LIMIT),
      MAX_LOGIN_ATTEMPTS: String(LOCKED_BY),
    });
    const { guess, ask } = callersOf(server.url);
    await untilHealth(server.url, 'ok');
    for (let time = 0; time < LOCKED_BY; time += 1) await guess('locked');
    await untilLimited(ask, 'spent');

    const told: unknown[] = [];
    for (const [index, { begin, end }] of faults(server.url).entries()) {
      await begin();
      const passed = await untilLimited(ask, `fresh-${index}`);
      told.push([passed, codeOf(await ask('spent')), codeOf(await guess('locked'))]);
      await end();
    }

    const atMost = (limit: number) =>
      expect.toSatisfy((passed: number) => passed >= 1 && passed <= limit, `from 1 to ${limit}`);
    expect(told).toEqual([
      [atMost(LIMIT), 'rate_limited', 'account_locked'],
      [atMost(LIMIT / 2), 'rate_limited', 'account_locked'],
      [atMost(LIMIT / 2), 'rate_limited', 'account_locked'],
    ]);
  });
});

type Fault = Readonly<{ begin(): Promise<unknown>; end(): Promise<void> }>;
type Call = (name: string) => Promise<ApiAnswer>;

/** Two routes of the credential class for one who is not there: what locks, and what does not. */
function callersOf(url: string): Readonly<{ guess: Call; ask: Call }> {
  const { post } = apiClient(url);
  const email = (name: string) => `${name}@example.test`;
  return {
    guess: (name) => post('/auth/login', { email: email(name), password: PASSWORD }),
    ask: (name) => post('/auth/email/resend-verification', { email: email(name) }),
  };
}

/** Calls until the limit of an identifier is reached, and answers how many came through. */
async function untilLimited(call: Call, name: string): Promise<number> {
  for (let passed = 0; passed <= 2 * LIMIT; passed += 1)
    if (codeOf(await call(name)) === 'rate_limited') return passed;
  return Number.POSITIVE_INFINITY;
}

function codeOf({ body }: ApiAnswer): unknown {
  return body['code'];
}
