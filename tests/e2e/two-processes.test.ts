import { beforeAll, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { describeWithRedisServer, type RedisServer, startRedisServer } from '../support/redis.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

const CHEAP = { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' };

describeWithRedisServer('two processes over one database and one Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedisServer();
    return redis.stop;
  });

  const start = (dataDir: string, env: Record<string, string> = {}) =>
    startServer({ dataDir, env: { ...CHEAP, REDIS_URL: redis.url(), ...env } });

  it('share each limit', async () => {
    const dataDir = await temporaryFolder();
    const [first, second] = [await start(dataDir), await start(dataDir)];
    const register = (url: string) =>
      apiClient(url).post('/auth/register', { email: 'ada@example.test', password: 'weak' });

    const codes = [];
    for (const { url } of [first, second, first, second, first, second, first]) {
      codes.push((await register(url)).body['code']);
    }

    expect(codes).toEqual([...Array(5).fill('password_too_short'), 'rate_limited', 'rate_limited']);
  });

  it('share a lock, which survives a restart of both and an emptied Redis', async () => {
    const dataDir = await temporaryFolder();
    const unlimited = { RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000' };
    const [first, second] = [await start(dataDir, unlimited), await start(dataDir, unlimited)];
    const login = (url: string, password: string) =>
      apiClient(url).post('/auth/login', { email: 'ada@example.test', password });
    await apiClient(first.url).post('/auth/register', { email: 'ada@example.test', password: PASSWORD });

    const codes = [];
    for (const { url } of [first, second, first, second, first, second]) {
      codes.push((await login(url, 'Wrong-Password-1')).body['code']);
    }
    expect(codes).toEqual([...Array(5).fill('invalid_credentials'), 'account_locked']);

    await redis.run('FLUSHALL');
    expect((await login(first.url, PASSWORD)).body['code']).toBe('account_locked');
    await first.stop();
    await second.stop();
    const third = await start(dataDir, unlimited);
    expect((await login(third.url, PASSWORD)).body['code']).toBe('account_locked');
  });
});
