import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RateDecision } from '../../core/protection/index.ts';
import { describeWithRedisServer, type RedisServer, startRedisServer } from '../support/redis.ts';
import { type LimitingProcess, startLimiting } from '../support/redis-limiter.ts';

/** What the port promises of every decision. */
const ANSWER_MS_MAX = 200;

/** What a busy machine may add to that in a test. */
const SLACK_MS = 300;

/** As a service has it. */
const DEADLINE_MS = 150;

const RECOVERY = { timeout: 15_000, interval: 50 };

const FAULTS = {
  'is killed': {
    begin: (server: RedisServer) => server.kill(),
    end: (server: RedisServer) => server.startAgain(),
  },
  'is frozen': {
    begin: async (server: RedisServer) => server.freeze(),
    end: async (server: RedisServer) => server.thaw(),
  },
  'has no memory left': {
    begin: (server: RedisServer) => server.run('CONFIG', 'SET', 'maxmemory', 1),
    end: (server: RedisServer) => server.run('CONFIG', 'SET', 'maxmemory', 0),
  },
  'has become a replica': {
    begin: (server: RedisServer) => server.run('REPLICAOF', '127.0.0.1', 1),
    end: (server: RedisServer) => server.run('REPLICAOF', 'NO', 'ONE'),
  },
  'may no longer be asked': {
    begin: (server: RedisServer) => server.run('ACL', 'SETUSER', 'default', '-evalsha', '-eval'),
    end: (server: RedisServer) => server.run('ACL', 'SETUSER', 'default', '+@all'),
  },
};

describeWithRedisServer('a real Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const uncaught = listenForUncaught();
    await server.run('FLUSHALL');
    onTestFinished(() => expect(uncaught).toEqual([]));
  });

  describe.each(Object.entries(FAULTS))('that %s', (_name, { begin, end }) => {
    it('leaves half of each limit, and comes back by itself', async () => {
      const ours = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
      await counting(ours, 1);

      await begin(server);
      const fresh = await ask(ours, 'fresh', 6, 8);
      const known = await ask(ours, 'known', 6, 8);
      await vi.waitFor(async () => expect(await ours.redis.status()).toBe('down'), RECOVERY);
      await end(server);

      expect(fresh.map(({ isAllowed }) => isAllowed)).toEqual([
        ...Array(3).fill(true),
        ...Array(5).fill(false),
      ]);
      expect(known.filter(({ isAllowed }) => isAllowed)).toHaveLength(2);
      await vi.waitFor(() => expect(ours.limiter.mode()).toBe('redis'), RECOVERY);
      expect(await ours.limiter.hit('g', [bucket('after', 6)])).toMatchObject({ limit: 6, remaining: 5 });
      expect(await ours.redis.status()).toBe('ok');
      expect(ours.told).toEqual([expect.stringMatching(/^[A-Z_]+$/), 'recovered']);
    });
  });

  it('is not waited for by the fourth request, nor by fifty at once', async () => {
    const ours = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
    await counting(ours, 1);
    server.freeze();
    onTestFinished(() => server.thaw());

    await ask(ours, 'a', 2, 3);
    const begun = performance.now();
    const decisions = await Promise.all(
      Array.from({ length: 50 }, () => ours.limiter.hit('g', [bucket('b', 10)])),
    );

    expect(performance.now() - begun).toBeLessThan(DEADLINE_MS);
    expect(decisions.filter(({ isAllowed }) => isAllowed)).toHaveLength(5);
  });

  it('that vanishes under fifty requests at once lets no more than half pass, and none unanswered', async () => {
    const ours = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
    await counting(ours, 1);
    server.freeze();

    const pending = Promise.all(Array.from({ length: 50 }, () => ours.limiter.hit('g', [bucket('a', 10)])));
    await server.kill();
    const decisions = await pending;
    await server.startAgain();

    expect(decisions.filter(({ isAllowed }) => isAllowed)).toHaveLength(5);
    await vi.waitFor(() => expect(ours.limiter.mode()).toBe('redis'), RECOVERY);
  });

  it('that was killed and started again goes on from what the process remembers', async () => {
    const ours = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
    await counting(ours, 4);

    await server.startAgain();
    await vi.waitFor(async () => expect(await ours.redis.status()).toBe('ok'), RECOVERY);
    const decisions = await ask(ours, 'known', 6, 4);

    expect(decisions.map(({ isAllowed }) => isAllowed)).toEqual([true, true, false, false]);
  });

  it('that comes up after the process is found by it', async () => {
    await server.kill();
    const ours = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });

    const before = await ask(ours, 'a', 4, 4);
    await server.startAgain();

    expect(before.filter(({ isAllowed }) => isAllowed)).toHaveLength(2);
    await vi.waitFor(() => expect(ours.limiter.mode()).toBe('redis'), RECOVERY);
    expect(ours.told).toEqual(['ECONNREFUSED', 'recovered']);
  });

  it.each([
    ['a wrong password', 'WRONGPASS', { password: 'not-the-password' }],
    ['no password', 'NOAUTH', { password: null }],
    ['an unknown user', 'WRONGPASS', { user: 'nobody' }],
  ])('that refuses %s counts as away, and tells why once', async (_case, reason, login) => {
    const ours = await startLimiting({ url: server.url(login), deadlineMs: DEADLINE_MS });

    const decisions = await ask(ours, 'a', 6, 8);
    await vi.waitFor(() => expect(ours.limiter.mode()).toBe('local'));

    expect(decisions.filter(({ isAllowed }) => isAllowed)).toHaveLength(3);
    expect(await ours.redis.status()).toBe('down');
    expect(ours.told).toEqual([reason]);
  });
});

function bucket(key: string, limit: number) {
  return { key, limit, windowSeconds: 60 };
}

/** Resolves when Redis counts, and has counted so many requests in the bucket `known`. */
async function counting({ limiter }: LimitingProcess, times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) await limiter.hit('g', [bucket('known', 6)]);
  expect(limiter.decisions()).toEqual({ redis: times, local: 0 });
}

/** Asks one time after the other, and holds each answer against the promise. */
async function ask(
  ours: LimitingProcess,
  key: string,
  limit: number,
  times: number,
): Promise<RateDecision[]> {
  const decisions: RateDecision[] = [];
  for (let index = 0; index < times; index += 1) {
    const begun = performance.now();
    decisions.push(await ours.limiter.hit('g', [bucket(key, limit)]));
    expect(performance.now() - begun).toBeLessThan(ANSWER_MS_MAX + SLACK_MS);
  }
  return decisions;
}

/** What nobody caught while the test ran: it would have ended a server. */
function listenForUncaught(): readonly unknown[] {
  const seen: unknown[] = [];
  const note = (error: unknown) => void seen.push(error);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  onTestFinished(() => void process.off('uncaughtException', note).off('unhandledRejection', note));
  return seen;
}
