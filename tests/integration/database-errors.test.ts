import { inspect } from 'node:util';
import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { createCredentialLookup } from '../../adapters/postgres/credential-lookup.ts';
import { createDevMailbox } from '../../adapters/postgres/dev-mailbox.ts';
import { createMailQueue } from '../../adapters/postgres/mail-queue.ts';
import { createDatabaseReadiness } from '../../adapters/postgres/readiness.ts';
import { createSessionStore } from '../../adapters/postgres/session-store.ts';
import { createSystemAccess } from '../../adapters/postgres/system-access.ts';
import { createTenantDirectory } from '../../adapters/postgres/tenant-directory.ts';
import { withTenant } from '../../adapters/postgres/transaction.ts';
import { createUnitOfWork } from '../../adapters/postgres/unit-of-work.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import { email } from '../support/parsed.ts';
import { createTestDatabase } from '../support/postgres.ts';

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const MARKER = 'MARKER-9f8e7d6c';
const crypto = createNodeCrypto({ now: () => new Date() });
const box = createSecretBox(['a secret key for tests, long enough']);

// DrizzleQueryError prints statement and parameters; Postgres itself repeats values in message and detail.
describe('what leaves the adapter', () => {
  it.each([
    ['a value that is not of its type', sql`SELECT ${MARKER}::integer`],
    ['a statement that does not parse', sql`SELECT ${MARKER} FROM nowhere`],
    ['a value that cannot be sent', sql`SELECT ${{ toPostgres: () => mustNotBeTold() }}`],
  ])('tells nothing of the parameters: %s', async (_case, statement) => {
    const pool = await openOne();

    const failure = await withTenant(pool, TENANT, (tx) => tx.execute(statement)).catch(
      (error: unknown) => error,
    );

    expect(failure).toBeInstanceOf(Error);
    expect(everythingIn(failure)).not.toContain(MARKER);
  });

  it('tells nothing of the row that was in the way', async () => {
    const pool = await openOne();
    const statement = sql`INSERT INTO gatehouse.signing_keys (kid, algorithm, state, public_jwk, sealed_private_key)
      VALUES (${MARKER}, 'ES256', 'active', '{}', '')`;
    await withTenant(pool, TENANT, (tx) => tx.execute(statement));

    const failure = await withTenant(pool, TENANT, (tx) => tx.execute(statement)).catch(
      (error: unknown) => error,
    );

    expect(failure).toMatchObject({ sqlState: '23505', constraint: 'signing_keys_pkey' });
    expect(everythingIn(failure)).not.toContain(MARKER);
  });

  it('tells nothing of what a hot function was asked', async () => {
    const pool = await openOne();
    const identifier = { kind: 'email', email: email('ada@example.test') } as const;

    const failure = await createCredentialLookup(pool)
      .find(MARKER as TenantId, identifier, [])
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ sqlState: '22P02' });
    expect(everythingIn(failure)).not.toContain(MARKER);
  });
});

describe('a database that is busy', () => {
  it('is unavailable where a statement takes too long', async () => {
    const pool = await openOne();

    const attempt = withTenant(pool, TENANT, async (tx) => {
      await tx.execute(sql`SET LOCAL statement_timeout = '50ms'`);
      await tx.execute(sql`SELECT pg_sleep(30)`);
    });

    await expect(attempt).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
  });

  it('has a limit for every statement and for every transaction that was forgotten', async () => {
    const pool = await openOne();

    const { rows } = await pool.query(
      `SELECT current_setting('statement_timeout') AS statement,
         current_setting('idle_in_transaction_session_timeout') AS idle`,
    );

    expect(rows).toEqual([{ statement: '3s', idle: '10s' }]);
  });

  it('is unavailable to everything that wants a connection while there is none', async () => {
    const pool = await openOne();
    const taken = await pool.connect();

    const codes = await Promise.all(everyCall(pool).map((call) => call().then(() => 'answered', codeOf)));
    const isReady = await createDatabaseReadiness(pool).isReady();
    taken.release();

    expect(codes).toEqual(codes.map(() => 'unavailable'));
    expect(isReady).toBe(false);
    expect(await createTenantDirectory(pool).list()).toEqual([]);
  });

  it('is unavailable where two transactions wait for each other, and lets one of them through', async () => {
    const pool = (await createTestDatabase()).pool('gatehouse_app', 2);
    const first = deferred();
    const second = deferred();
    const lock = (key: number) => sql`SELECT pg_advisory_xact_lock(${key})`;
    const lockBoth = (keys: readonly [number, number], own: Deferred, others: Deferred) =>
      withTenant(pool, TENANT, async (tx) => {
        await tx.execute(lock(keys[0]));
        own.resolve();
        await others.promise;
        await tx.execute(lock(keys[1]));
      }).then(() => 'through', codeOf);

    const outcomes = await Promise.all([lockBoth([1, 2], first, second), lockBoth([2, 1], second, first)]);

    expect(outcomes.sort()).toEqual(['through', 'unavailable']);
  });
});

// Rule 33: after a fail-over the old primary answers as a replica, and a pool would go back to it for ever.
describe('a connection that turned read-only', () => {
  it('is dropped by the unit of work that noticed', async () => {
    const pool = await openOne();
    const before = await turnReadOnly(pool);
    const makeTenant = () => withTenant(pool, TENANT, (tx) => tx.execute(MAKE_TENANT));

    const failure = await makeTenant().catch(codeOf);

    expect(failure).toBe('unavailable');
    expect((await makeTenant()).rowCount).toBe(1);
    expect(await backendOf(pool)).not.toBe(before);
  });

  it('is dropped by the hot function that noticed', async () => {
    const pool = await openOne();
    const before = await turnReadOnly(pool);
    const rotation = {
      tenantId: TENANT,
      sessionId: crypto.newId() as SessionId,
      number: 0,
      secretHash: crypto.randomBytes(32),
    };
    const { rotate } = createSessionStore({ pool, graceSeconds: 10 });

    const failure = await rotate(rotation).catch(codeOf);

    expect(failure).toBe('unavailable');
    expect(await rotate(rotation)).toEqual({ kind: 'unknown' });
    expect(await backendOf(pool)).not.toBe(before);
  });

  it('stays where the work was only refused on its merits', async () => {
    const pool = await openOne();
    const before = await backendOf(pool);

    const failure = await withTenant(pool, TENANT, (tx) => tx.execute(sql`SELECT 1 / 0`)).catch(
      (error: unknown) => error,
    );

    expect(failure).toMatchObject({ sqlState: '22012' });
    expect(await backendOf(pool)).toBe(before);
  });
});

it('opens no unit of work for what is not the id of a tenant: it stands in the statement as text', async () => {
  const pool = await openOne();
  const injected = `${TENANT}', true); SELECT pg_terminate_backend(pg_backend_pid()); --` as TenantId;

  const attempt = withTenant(pool, injected, (tx) => tx.execute(sql`SELECT 1`));

  await expect(attempt).rejects.toThrow('wants the id of a tenant');
});

const MAKE_TENANT = sql`INSERT INTO gatehouse.tenants (id, slug, name) VALUES (${TENANT}, 'acme', 'Acme')`;

/** The single connection of a pool that acts as `gatehouse_app`. */
async function openOne(): Promise<pg.Pool> {
  return (await createTestDatabase()).pool('gatehouse_app', 1);
}

/** A call of each kind that asks the database. */
function everyCall(pool: pg.Pool): readonly (() => Promise<unknown>)[] {
  const [sessionId, userId] = [crypto.newId() as SessionId, crypto.newId() as UserId];
  const secretHash = crypto.randomBytes(32);
  const sessionStore = createSessionStore({ pool, graceSeconds: 10 });
  const identifier = { kind: 'email', email: email('ada@example.test') } as const;
  return [
    () => createUnitOfWork({ pool, crypto, box }).run(TENANT, async () => undefined),
    () => sessionStore.look(TENANT, sessionId, userId),
    () => sessionStore.rotate({ tenantId: TENANT, sessionId, number: 0, secretHash }),
    () => createCredentialLookup(pool).find(TENANT, identifier, []),
    () => createTenantDirectory(pool).list(),
    () => createMailQueue({ pool, box }).claim(1),
    () => createDevMailbox(pool).list({ to: null, limit: 1 }),
    () => createSystemAccess(pool).sweep(),
  ];
}

/** Makes the pool's one connection as after a fail-over, and answers which it is. */
async function turnReadOnly(pool: pg.Pool): Promise<unknown> {
  await pool.query('SET default_transaction_read_only = on');
  return backendOf(pool);
}

async function backendOf(pool: pg.Pool): Promise<unknown> {
  return (await pool.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
}

function codeOf(failure: unknown): unknown {
  return failure instanceof Error && 'code' in failure ? failure.code : failure;
}

/** All that a log could print of an error: message, stack, causes and every other property. */
function everythingIn(failure: unknown): string {
  return inspect(failure, { depth: 20, showHidden: true });
}

function mustNotBeTold(): never {
  throw new Error(MARKER);
}

type Deferred = Readonly<{ promise: Promise<void>; resolve(): void }>;

function deferred(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
