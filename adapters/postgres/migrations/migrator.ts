import type pg from 'pg';
import { type DatabaseAddress, refuseWrongRole } from '../pools.ts';
import { untilLocked, withClient } from './connection.ts';
import { MIGRATIONS_FOLDER, type Migration, readMigrations } from './files.ts';
import { MAKE_LEDGER, noteStatement, readLedger, strikeStatement } from './ledger.ts';
import {
  currentOf,
  type Extent,
  pendingOf,
  planDown,
  planStamp,
  planUp,
  refuseChanged,
  type State,
} from './plan.ts';
import { applyFile, inTransaction, undoFile } from './run-file.ts';
import { scriptOf } from './script.ts';

export { MigrationNotFound, MigrationRefused } from './errors.ts';
export type { Extent } from './plan.ts';

export type MigrationStatus = Readonly<{
  /** The last one applied, or `null` on an empty database. */
  current: string | null;
  /** The files that are not applied, in order. */
  pending: readonly string[];
}>;

/** One applied migration, and what became of its file. */
export type AppliedMigration = Readonly<{
  id: string;
  appliedAt: Date;
  /** SHA-256 of the file as it was applied, in hex. */
  checksum: string;
  /** Whether the file at hand is the one that was applied; `missing`: there is none, a newer version applied it. */
  file: 'same' | 'changed' | 'missing';
}>;

/**
 * Changes the schema, as its owner.
 *
 * `up`, `down` and `stamp` hold one session lock from the first look to the last commit: any number of processes may
 * start at once, and one that is killed leaves whole files behind and no lock. Each file runs in a transaction of its
 * own together with its entry in the ledger. A file that says that it cannot runs statement by statement and is
 * entered or struck out after the last one; killed before that, it is run again by the next call.
 *
 * All that can be refused is refused before anything is changed.
 */
export interface Migrator {
  /**
   * Applies what is pending, in order: all of it, at most so many, or up to and including `to`. Where `to` is applied
   * already there is nothing to do.
   *
   * @returns the ids applied by this call
   * @throws {WrongDatabaseRole} the connection does not act as `gatehouse_owner`
   * @throws {MigrationRefused} an applied file has been changed, or one came in before another that is applied
   * @throws {MigrationNotFound} `to` is unknown
   * @throws {MigrationFailed} the database refused a statement: the files before it are applied, its own is not
   */
  up(extent?: Extent): Promise<readonly string[]>;

  /**
   * Undoes what is applied, the newest first: one unless told otherwise, at most so many, or all after `to`, so that
   * `to` is the current one. What a file made is gone with its data. With nothing left the schema holds the empty
   * ledger alone.
   *
   * @returns the ids undone by this call
   * @throws {WrongDatabaseRole} the connection does not act as `gatehouse_owner`
   * @throws {MigrationRefused} an applied file has been changed, one to be undone has no file here (a newer version's),
   *   or `to` is not applied
   * @throws {MigrationNotFound} `to` is unknown
   * @throws {MigrationFailed} the database refused a statement: the files before it are undone, its own is not
   */
  down(extent?: Extent): Promise<readonly string[]>;

  /**
   * Makes the ledger say that the files up to and including `id` are applied and nothing else is, all at once. It
   * believes its caller: no file is run and the schema is not looked at. An entry whose file was changed takes the
   * checksum of the file at hand and the present time; the others stay as they are.
   *
   * @returns the ids entered or entered anew, and those struck out
   * @throws {WrongDatabaseRole} the connection does not act as `gatehouse_owner`
   * @throws {MigrationNotFound} there is no such file
   */
  stamp(id: string): Promise<Readonly<{ noted: readonly string[]; struck: readonly string[] }>>;

  /**
   * The SQL that `up` would run, in order and with the ledger's entries. Changes nothing and waits for no lock.
   *
   * @throws {MigrationRefused} as `up`
   * @throws {MigrationNotFound} as `up`
   */
  script(extent?: Extent): Promise<Readonly<{ pending: readonly string[]; sql: string }>>;

  /** @throws {MigrationRefused} an applied file has been changed */
  status(): Promise<MigrationStatus>;

  /** What is applied, newest last. Refuses nothing: this is where to look when the others do. */
  history(): Promise<readonly AppliedMigration[]>;
}

/**
 * @param address of the owner, directly: a session lock does not survive a transaction pooler
 * @param folder where the files lie
 */
export function createMigrator(address: DatabaseAddress, folder: URL = MIGRATIONS_FOLDER): Migrator {
  const look = async <T>(work: (state: State, client: pg.Client) => T | Promise<T>): Promise<T> => {
    const files = await readMigrations(folder);
    return withClient(address, async (client) => work({ files, ledger: await readLedger(client) }, client));
  };
  const change = async <T>(work: (state: State, client: pg.Client) => Promise<T>): Promise<T> => {
    const files = await readMigrations(folder);
    return withClient(address, async (client) => {
      // What a superuser made would be a superuser's: functions and all.
      await refuseWrongRole(client, 'gatehouse_owner', false);
      await untilLocked(client);
      return work({ files, ledger: await readLedger(client) }, client);
    });
  };

  return {
    up: (extent = 'all') =>
      change(async (state, client) => {
        const pending = planUp(state, extent);
        await client.query(MAKE_LEDGER);
        for (const migration of pending) await applyFile(client, migration);
        return idsOf(pending);
      }),

    down: (extent = { count: 1 }) =>
      change(async (state, client) => {
        const applied = planDown(state, extent);
        for (const migration of applied) await undoFile(client, migration);
        return idsOf(applied);
      }),

    stamp: (id) =>
      change(async (state, client) => {
        const { noted, struck } = planStamp(state, id);
        const strikes = [...idsOf(noted), ...struck].map(strikeStatement);
        await inTransaction(client, [MAKE_LEDGER, ...strikes, ...noted.map(noteStatement)]);
        return { noted: idsOf(noted), struck };
      }),

    script: (extent = 'all') =>
      look((state) => {
        const pending = planUp(state, extent);
        return { pending: idsOf(pending), sql: scriptOf(pending) };
      }),

    status: () =>
      look((state) => {
        refuseChanged(state);
        return { current: currentOf(state), pending: idsOf(pendingOf(state)) };
      }),

    history: () => look(historyOf),
  };
}

function historyOf({ files, ledger }: State): readonly AppliedMigration[] {
  const checksums = new Map(files.map(({ id, checksum }) => [id, checksum]));
  const fileOf = (id: string, checksum: string) => {
    if (!checksums.has(id)) return 'missing';
    return checksums.get(id) === checksum ? 'same' : 'changed';
  };
  return ledger.map(({ id, checksum, appliedAt }) => ({
    id,
    appliedAt,
    checksum,
    file: fileOf(id, checksum),
  }));
}

function idsOf(migrations: readonly Migration[]): readonly string[] {
  return migrations.map(({ id }) => id);
}
