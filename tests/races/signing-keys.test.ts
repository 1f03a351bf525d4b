import { expect, it } from 'vitest';
import { createServices, type Services } from '../../app/services.ts';
import { readConfig } from '../../config/index.ts';
import { OPERATOR } from '../../core/audit/index.ts';
import { NO_REQUEST } from '../../core/kernel/request-context.ts';
import { CALLERS } from '../contracts/samples.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { readAudit } from '../support/postgres-harness.ts';

const BY = { actor: OPERATOR, context: NO_REQUEST };
const SECRET = 'test-secret-key-of-more-than-thirty-two-bytes';
const NEW_SECRET = 'another-secret-key-of-more-than-thirty-two-bytes';
const PUBLISHED = `UPDATE gatehouse.signing_keys SET created_at = created_at - interval '360 seconds'`;
const AN_OLD_ONE = `UPDATE gatehouse.signing_keys
  SET created_at = created_at - interval '90 days', activated_at = activated_at - interval '90 days'`;

/** An installation, so many processes over it, and what a test looks at behind their backs. */
async function setUp(secretKeys: readonly string[] = [SECRET]) {
  const database = await createTestDatabase();
  const admin = database.pool(null, 1);
  const processes = Array.from({ length: CALLERS }, () => processOver(database, secretKeys));
  const [first] = processes;
  if (!first) throw new Error('There is no process');
  await first.ensureInstalled();
  await first.signingKeys.keep();
  const platform = await first.resolveTenant.byName('platform');
  return {
    ...{ database, admin, processes, first },
    kidsOf: async (state: string): Promise<readonly string[]> => {
      const { rows } = await admin.query('SELECT kid FROM gatehouse.signing_keys WHERE state = $1', [state]);
      return rows.map(({ kid }) => kid);
    },
    told: async () => (await readAudit(admin, platform.id)).slice(4).map(({ type }) => type),
  };
}

function processOver(database: TestDatabase, secretKeys: readonly string[]): Services {
  const config = readConfig({ ENVIRONMENT: 'development' });
  return createServices({ config, secretKeys, pool: database.pool('gatehouse_app', 2) });
}

const ROTATED = ['signing_key.retired', 'signing_key.activated', 'signing_key.created'];

it.each([
  ['by the schedule of all of them', AN_OLD_ONE, ({ signingKeys }: Services) => signingKeys.keep()],
  [
    'asked for by an operator at each',
    PUBLISHED,
    ({ signingKeys }: Services) => signingKeys.rotate({ immediately: false }, BY),
  ],
  [
    'immediately, asked for at each',
    'SELECT',
    ({ signingKeys }: Services) => signingKeys.rotate({ immediately: true }, BY),
  ],
])('16 processes rotate once: %s', async (_how, prepare, rotate) => {
  const { admin, processes, kidsOf, told } = await setUp();
  const [old, next] = [await kidsOf('active'), await kidsOf('next')];
  await admin.query(prepare);

  await Promise.all(processes.map((process): Promise<unknown> => rotate(process)));

  expect([await kidsOf('retired'), await kidsOf('active')]).toEqual([old, next]);
  expect(await kidsOf('next')).toHaveLength(1);
  expect(await told()).toEqual(ROTATED);
});

it('ends a key once for 16 callers, and leaves one that signs and one that follows', async () => {
  const { processes, kidsOf, told } = await setUp();
  const [leaked = ''] = await kidsOf('active');
  const next = await kidsOf('next');

  const ended = await Promise.all(processes.map(({ signingKeys }) => signingKeys.retire(leaked, BY)));

  expect(new Set(ended.map(({ expiresAt }) => expiresAt?.getTime())).size).toBe(1);
  expect(await kidsOf('active')).toEqual(next);
  expect(await told()).toEqual(ROTATED);
});

it('always has one that signs, whatever schedule, rotation, end and re-encryption meet', async () => {
  const { database, admin, processes, kidsOf } = await setUp();
  await admin.query(AN_OLD_ONE);
  const resealing = processOver(database, [NEW_SECRET, SECRET]);
  const [active = ''] = await kidsOf('active');

  await Promise.all(
    processes.flatMap(({ signingKeys }, index) => [
      signingKeys.keep(),
      ...(index % 4 === 0 ? [signingKeys.rotate({ immediately: true }, BY)] : []),
      ...(index === 7 ? [signingKeys.retire(active, BY), resealing.signingKeys.reseal(BY)] : []),
    ]),
  );

  expect([await kidsOf('active'), await kidsOf('next')]).toEqual([
    [expect.any(String)],
    [expect.any(String)],
  ]);
  expect(await kidsOf('retired')).toContain(active);
});
