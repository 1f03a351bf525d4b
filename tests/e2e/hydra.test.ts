import { describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { connectTo, sharedFaultPostgres } from '../support/fault-postgres.ts';
import { startServerOn } from '../support/fault-server.ts';
import { attack } from '../support/hydra.ts';
import { describeWith, HYDRA } from '../support/outside-programs.ts';
import { PASSWORD } from '../support/service.ts';

const ADA = 'ada@example.test';
/** What the owners come from, while the attack comes from elsewhere. */
const HOME = { 'x-forwarded-for': '198.51.100.9' };
/** The defaults of production; in front stands a proxy on loopback. */
const AS_IN_PRODUCTION = {
  MAX_LOGIN_ATTEMPTS: '5',
  MAX_LOGIN_ATTEMPTS_PER_IP: '50',
  ACCOUNT_LOCKOUT_DURATION_MINUTES: '30',
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '5',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '1200',
  TRUST_PROXY: '127.0.0.1/32',
};
const BOUNDLESS = { TRUST_PROXY: '127.0.0.1/32' };

/** The right one is at the twentieth place. */
const PASSWORDS = listWith(PASSWORD, 20, 40, (number) => `Wrong-Password-${number}`);
/** The one who has that password is at the hundredth place. */
const NAMES = listWith(ADA, 100, 120, (number) => `user-${number}@example.test`);

const postgres = sharedFaultPostgres();

async function serverWith(env: Record<string, string>) {
  const url = await postgres().createDatabase();
  const server = await startServerOn(url, env);
  const api = apiClient(server.url);
  const made = await api.post('/auth/register', { email: ADA, password: PASSWORD }, HOME);
  expect(made.status).toBe(201);
  const database = await connectTo(url);
  const events = async (type: string): Promise<readonly Record<string, unknown>[]> => {
    const { rows } = await database.query('SELECT data FROM gatehouse.audit_events WHERE type = $1', [type]);
    return rows.map(({ data }) => data);
  };
  const login = (headers: Record<string, string> = {}) =>
    api.post('/auth/login', { email: ADA, password: PASSWORD }, { ...HOME, ...headers });
  return { port: server.port, login, events };
}

describeWith(HYDRA, 'thc-hydra')('thc-hydra at the sign-in', () => {
  describe('with a list of passwords that holds the right one', () => {
    it('finds it where there are no limits, so that it can tell', async () => {
      const { port } = await serverWith(BOUNDLESS);

      const { found } = await attack(port, { names: [ADA], passwords: PASSWORDS });

      expect(found).toEqual([`${ADA} ${PASSWORD}`]);
    });

    it('finds nothing within the limits of production, while the owner gets in on a device of theirs', async () => {
      const { port, login, events } = await serverWith(AS_IN_PRODUCTION);
      const device = deviceCookieOf((await login()).headers);

      const { found, answers } = await attack(port, { names: [ADA], passwords: PASSWORDS });

      expect(found).toEqual([]);
      const { '401 invalid_credentials': compared = 0, ...refused } = answers;
      expect(compared).toBe(5);
      expect(Object.keys(refused).every((kind) => kind.startsWith('429 '))).toBe(true);
      expect(sum(answers)).toBe(PASSWORDS.length);
      expect((await login()).body['code']).toBe('account_locked');
      expect((await login({ cookie: device })).body).toMatchObject({ status: 'complete' });
      expect(await events('account.locked')).toEqual([{ by: ['identifier', 'user'], seconds: 1_800 }]);
      expect(await events('login.failed')).toHaveLength(5);
      expect(await events('login.succeeded')).toHaveLength(2);
    });
  });

  describe('with one password for many names', () => {
    it('finds who has it where there are no limits', async () => {
      const { port } = await serverWith(BOUNDLESS);

      const { found } = await attack(port, { names: NAMES, passwords: [PASSWORD] });

      expect(found).toEqual([`${ADA} ${PASSWORD}`]);
    });

    it('finds nobody within the limits of production, and nobody is kept out elsewhere', async () => {
      const { port, login, events } = await serverWith(AS_IN_PRODUCTION);

      const { found, answers } = await attack(port, { names: NAMES, passwords: [PASSWORD] });

      expect(found).toEqual([]);
      const { '401 invalid_credentials': compared = 0, '429 rate_limited': limited = 0 } = answers;
      expect(compared).toBeLessThanOrEqual(50);
      expect(limited).toBe(NAMES.length - compared);
      expect(sum(answers)).toBe(NAMES.length);
      expect(await events('account.locked')).toEqual([]);
      expect((await login()).body).toMatchObject({ status: 'complete' });
    });
  });
});

function listWith(
  right: string,
  place: number,
  length: number,
  other: (number: number) => string,
): readonly string[] {
  return Array.from({ length }, (_, index) => (index === place - 1 ? right : other(index)));
}

function deviceCookieOf(headers: Headers): string {
  const cookie = headers.getSetCookie().find((line) => line.startsWith('__Host-gh_device='));
  return cookie?.split(';')[0] ?? '';
}

function sum(answers: Readonly<Record<string, number>>): number {
  return Object.values(answers).reduce((total, count) => total + count, 0);
}
