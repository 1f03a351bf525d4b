import { expect, it } from 'vitest';
import { connectTo, sharedFaultPostgres } from '../../support/fault-postgres.ts';
import type { ProcessIndex } from './commands.ts';
import {
  auditOf,
  type Holding,
  type RealAnswer,
  read,
  send,
  signIn,
  startWorld,
  type World,
} from './world.ts';

const CALLERS = 16;
const RACES = 10;
const ROTATIONS = 1_000;

const postgres = sharedFaultPostgres();

// Rule 15: a lost answer and a second tab are harmless, whichever process they come to.
it('gives sixteen callers at two processes one successor, and the session lives on', async () => {
  const world = await startWorld(await postgres().createDatabase());
  const [holding] = await signIn(world, 1, 'default');
  if (!holding) throw new Error('Nobody is signed in');

  for (let number = 0; number < RACES; number += 1) {
    const answers = await race(world, holding, number);

    expect(answers.map(({ status }) => status)).toEqual(Array(CALLERS).fill(200));
    const [child = '', ...more] = new Set(answers.map(({ refreshToken }) => refreshToken ?? ''));
    expect(more).toEqual([]);
    expect([...holding.texts.values()]).not.toContain(child);
    holding.texts.set(number + 1, child);
    for (const { accessToken } of answers) await expectLife(world, { ...holding, accessToken }, 'live');
  }
  expect(await rowsOf(world, holding)).toEqual([{ number: RACES, end_reason: null }]);
  expect(await auditOf(world, [holding])).toEqual([]);
});

// Without a grace whoever is not first holds a copy: design.md, "Refresh tokens: one row, no list".
it('gives one of sixteen callers a successor where there is no grace, and ends the session once', async () => {
  const world = await startWorld(await postgres().createDatabase(), { REFRESH_REUSE_GRACE_SECONDS: '0' });
  for (const holding of await signIn(world, 5, 'default')) {
    const answers = await race(world, holding, 0);

    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ code }) => code === 'refresh_token_invalid');
    expect([won.length, lost.length]).toEqual([1, CALLERS - 1]);
    expect(await rowsOf(world, holding)).toEqual([{ number: 1, end_reason: 'refresh_token_reused' }]);
    const told = (await auditOf(world, [holding])).map(({ type, reason }) => `${type} ${reason}`).sort();
    expect(told).toEqual([
      ...Array(CALLERS - 2).fill('session.refresh_token_rejected ended'),
      'session.refresh_token_reused null',
    ]);
    holding.texts.set(1, won[0]?.refreshToken ?? '');
    const heir = { kind: 'refresh', session: 0, number: 1, isByCookie: false } as const;
    expect((await send(world, [holding], heir, 0)).code).toBe('refresh_token_invalid');
    for (const accessToken of [holding.accessToken, won[0]?.accessToken ?? null])
      await expectLife(world, { ...holding, accessToken }, 'session_revoked');
  }
});

it('stores as much for a session after a thousand rotations as before the first', async () => {
  const url = await postgres().createDatabase();
  // No job writes anything meanwhile.
  const world = await startWorld(url, { WORKER: 'off' });
  const [holding] = await signIn(world, 1, 'default');
  if (!holding) throw new Error('Nobody is signed in');
  await rotate(world, holding, 0);
  const before = await storage(url);

  for (let number = 1; number <= ROTATIONS; number += 1) await rotate(world, holding, number);

  expect(await storage(url)).toEqual(before);
  expect(await rowsOf(world, holding)).toEqual([{ number: ROTATIONS + 1, end_reason: null }]);
});

function race(world: World, holding: Holding, number: number): Promise<readonly RealAnswer[]> {
  const callers = Array.from({ length: CALLERS }, (_, caller) =>
    send(world, [holding], { kind: 'refresh', session: 0, number, isByCookie: false }, processOf(caller)),
  );
  return Promise.all(callers);
}

async function rotate(world: World, holding: Holding, number: number): Promise<void> {
  const request = { kind: 'refresh', session: 0, number, isByCookie: false } as const;
  const { status, refreshToken } = await send(world, [holding], request, processOf(number));
  if (status !== 200 || refreshToken === null) throw new Error(`Rotation ${number} was answered ${status}`);
  holding.texts.set(number + 1, refreshToken);
}

const processOf = (number: number): ProcessIndex => (number % 2 === 0 ? 0 : 1);

async function expectLife(
  world: World,
  holding: Omit<Holding, 'accessToken'> & Readonly<{ accessToken: string | null }>,
  life: string,
): Promise<void> {
  const { accessToken } = holding;
  if (accessToken === null) throw new Error('There is no access token');
  for (const process of [0, 1] as const) {
    const told = () => read(world, { ...holding, accessToken }, process);
    await expect.poll(told, { timeout: 1_000, interval: 5 }).toBe(life);
  }
}

async function rowsOf({ database }: World, { id }: Holding): Promise<readonly unknown[]> {
  const { rows } = await database.query(
    'SELECT number::int, end_reason FROM gatehouse.sessions WHERE id = $1',
    [id],
  );
  return rows;
}

type Storage = Readonly<Record<string, Readonly<{ rows: number; columns: number; bytes: number }>>>;

/** Of every table there is: how many rows and columns it has, and how many bytes its rows take. */
async function storage(url: string): Promise<Storage> {
  const database = await connectTo(url);
  const { rows: tables } = await database.query<{ name: string; columns: number }>(TABLES);
  const counted: [string, Storage[string]][] = [];
  for (const { name, columns } of tables) {
    const { rows } = await database.query<{ rows: number; bytes: number }>(
      `SELECT count(*)::int AS rows, coalesce(sum(pg_column_size(t)), 0)::int AS bytes FROM gatehouse."${name}" t`,
    );
    counted.push([name, { rows: 0, bytes: 0, ...rows[0], columns }]);
  }
  return Object.fromEntries(counted);
}

const TABLES = `
  SELECT c.relname AS name, count(a.attname)::int AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = 'gatehouse'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY c.relname`;
