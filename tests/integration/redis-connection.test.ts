import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { describeWithRedisServer, type RedisServer, startRedisServer } from '../support/redis.ts';
import { startLimiting } from '../support/redis-limiter.ts';
import { TEST_AUTHORITY } from '../support/redis-tls.ts';

const RECOVERY = { timeout: 15_000, interval: 50 };

/** As a service has it. */
const DEADLINE_MS = 150;

const BUCKET = { key: 'a', limit: 6, windowSeconds: 60 };
const BUCKETS = [BUCKET];

describeWithRedisServer('the connection to Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => server.run('FLUSHALL'));

  // A fail-over, or a firewall that forgot: nothing is refused, nothing is answered.
  it('is given up for a new one where it has gone silent, and nothing of it is counted afterwards', async () => {
    const between = await startBetween(server.port);
    const { limiter } = await startLimiting({ url: between.url(server.url()), deadlineMs: DEADLINE_MS });

    await limiter.hit('g', [{ ...BUCKET, key: 'before' }]);
    between.silence();
    for (const _ of [1, 2, 3]) expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);

    await vi.waitFor(() => expect(limiter.mode()).toBe('redis'), RECOVERY);
    expect(await server.run('GET', 'gatehouse:{g}:a')).toBeNull();
  });

  it('is made anew where the server has become a replica', async () => {
    const { limiter } = await startLimiting({ url: server.url() });
    const before = await ourConnections(server);
    expect(before).toHaveLength(1);

    await server.run('REPLICAOF', '127.0.0.1', 1);
    onTestFinished(() => server.run('REPLICAOF', 'NO', 'ONE').then(() => undefined));
    expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);

    await vi.waitFor(async () => {
      const after = await ourConnections(server);
      expect(after).toHaveLength(1);
      expect(after).not.toEqual(before);
    }, RECOVERY);
  });

  it('trusts nobody who answers in place of Redis', async () => {
    const stranger = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .on('data', (data) => {
          const commands = String(data).match(/^\*\d/gm) ?? [];
          socket.write('+OK\r\n'.repeat(commands.length));
        }),
    );
    const { limiter } = await startLimiting({ url: `redis://127.0.0.1:${await listen(stranger)}` });

    expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);
  });

  it('needs few permissions, and writes nothing past the log about it', async () => {
    const printed = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => printed.mockRestore());
    const commands = ['+evalsha', '+eval', '+get', '+set', '+pttl', '+ping'];
    await server.run('ACL', 'SETUSER', 'limiter', 'reset', 'on', '>pw', '~gatehouse:*', ...commands);

    const { redis, limiter, told } = await startLimiting({
      url: server.url({ user: 'limiter', password: 'pw' }),
    });

    expect((await limiter.hit('g', BUCKETS)).limit).toBe(6);
    expect(await redis.status()).toBe('ok');
    expect(told).toEqual([]);
    expect(printed).not.toHaveBeenCalled();
  });

  it('tells within the deadline that it is down', async () => {
    const { redis, limiter } = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
    server.freeze();
    onTestFinished(() => server.thaw());

    const begun = performance.now();
    const [status, { limit }] = await Promise.all([redis.status(), limiter.hit('g', BUCKETS)]);

    expect([status, limit]).toEqual(['down', 3]);
    expect(performance.now() - begun).toBeLessThan(900);
  });

  it('says nothing of its password, whatever goes wrong', async () => {
    const password = 'marker-secret-5d0c';
    const { told, redis } = await startLimiting({ url: server.url({ password }) });

    expect(told).toEqual(['WRONGPASS']);
    expect(await redis.status()).toBe('down');
  });

  describe('when it is closed', () => {
    const STATES = {
      'while it was never made': async () => startLimiting({ url: 'redis://127.0.0.1:1' }),
      'while it stands': async () => startLimiting({ url: server.url() }),
      'while the server is frozen': async () => {
        const ours = await startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
        server.freeze();
        onTestFinished(() => server.thaw());
        return ours;
      },
      'while it is being made': async () => {
        server.freeze();
        onTestFinished(() => server.thaw());
        return startLimiting({ url: server.url(), deadlineMs: DEADLINE_MS });
      },
    };

    it.each(
      Object.entries(STATES),
    )('%s, lets go of everything and answers no more', async (_state, start) => {
      const { redis, limiter } = await start();

      const begun = performance.now();
      await Promise.all([redis.close(), redis.close()]);
      await redis.close();
      const tookMs = performance.now() - begun;
      server.thaw();

      expect(tookMs).toBeLessThan(1_900);
      expect(redis.closed.aborted).toBe(true);
      expect(await redis.status()).toBe('down');
      expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);
      await vi.waitFor(async () => expect(await ourConnections(server)).toEqual([]), RECOVERY);
    });
  });
});

describeWithRedisServer('TLS', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer({ isEncrypted: true });
  });
  afterAll(() => server.stop());

  it('takes the certificate of an authority that it was given', async () => {
    const { redis, limiter, told } = await startLimiting({ url: server.url(), ca: TEST_AUTHORITY });

    expect(await redis.status()).toBe('ok');
    expect((await limiter.hit('g', BUCKETS)).limit).toBe(6);
    expect(told).toEqual([]);
  });

  it('refuses the certificate of one that it was not', async () => {
    const { limiter, told } = await startLimiting({ url: server.url() });

    expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);
    expect(told).toEqual(['UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
  });

  it('refuses a certificate that was given to another name', async () => {
    const url = server.url().replace('localhost', '127.0.0.1');
    const { limiter, told } = await startLimiting({ url, ca: TEST_AUTHORITY });

    expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);
    expect(told).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID']);
  });

  it('is not left out where the server speaks without it', async () => {
    const plain = await startRedisServer();
    onTestFinished(() => plain.stop());
    const url = plain.url().replace('redis:', 'rediss:');

    const { redis, limiter } = await startLimiting({ url, ca: TEST_AUTHORITY });

    expect((await limiter.hit('g', BUCKETS)).limit).toBe(3);
    expect(await redis.status()).toBe('down');
  });
});

/** The ids of the connections that the service holds. */
async function ourConnections(server: RedisServer): Promise<readonly string[]> {
  const list = String(await server.run('CLIENT', 'LIST'));
  return list
    .split('\n')
    .flatMap((line) => (/ name=gatehouse /.test(line) ? [line.split(' ')[0] ?? ''] : []));
}

/** A way to a server which passes everything on, until it is told to forget the connections that there are. */
async function startBetween(port: number) {
  const silenced: (() => void)[] = [];
  const between = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
    silenced.push(() => {
      near.unpipe(far).resume();
      far.unpipe(near).destroy();
    });
  });
  const own = await listen(between);
  return {
    url: (text: string) => text.replace(`:${port}`, `:${own}`),
    silence() {
      for (const silence of silenced.splice(0)) silence();
    },
  };
}

/** Listens on a port of loopback until the test is over. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port');
  return address.port;
}
