import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  hasEmbeddedBinaries,
  startEmbedded,
} from '../../adapters/postgres/embedded/index.ts';
import { withLock } from '../../adapters/postgres/embedded/lock-file.ts';
import { findServer, readPidFile, shutDown } from '../../adapters/postgres/embedded/postmaster.ts';
import { findProcessRun } from '../../adapters/postgres/embedded/processes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Started = Pick<EmbeddedPostgres, 'connection' | 'pid' | 'isAdopted'>;
type Child = Readonly<{ process: ChildProcess; line(): Promise<string> }>;

const FRONT_DOOR = new URL('../../adapters/postgres/embedded/index.ts', import.meta.url).href;
const isRoot = process.getuid?.() === 0;
const ROOT = new URL('../..', import.meta.url);

it('starts a server that only its own socket reaches, and that is durable', async () => {
  const { connection, isAdopted } = await startEmbedded({ dir: await newFolder() });

  const settings = await rows(
    connection,
    `select name, setting from pg_settings
     where name in ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit') order by name`,
  );

  expect(isAdopted).toBe(false);
  expect(settings.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'fsync=on',
    'full_page_writes=on',
    'listen_addresses=',
    'synchronous_commit=on',
  ]);
});

it('gives tests a small server without durability', async () => {
  const { connection } = await startEmbedded({ dir: await newFolder(), isThrowAway: true });

  const settings = await rows(
    connection,
    `select name, setting from pg_settings
     where name in ('autovacuum', 'fsync', 'max_connections') order by name`,
  );

  expect(settings.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'autovacuum=off',
    'fsync=off',
    'max_connections=300',
  ]);
});

it('adopts the server that a killed owner left behind, with its data', async () => {
  const dir = await newFolder();
  const owner = startInChild(dir);
  const { connection, pid } = JSON.parse(await owner.line()) as Started;
  await rows(connection, 'create table kept as select 7 as value');
  owner.process.kill('SIGKILL');
  await once(owner.process, 'exit');

  const adopted = await startEmbedded({ dir });

  expect(adopted).toMatchObject({ pid, isAdopted: true });
  expect(await rows(adopted.connection, 'select value from kept')).toEqual([{ value: 7 }]);
  expect(await adopted.stopIfLast()).toBe('stopped');
  expect(await findProcessRun(pid)).toBeNull();
});

it('shares one server between two starts at once in one process', async () => {
  const dir = await newFolder();

  const [first, second] = await Promise.all([
    startEmbedded({ dir, isThrowAway: true }),
    startEmbedded({ dir, isThrowAway: true }),
  ]);

  expect(first.pid).toBe(second.pid);
  expect([first.isAdopted, second.isAdopted].sort()).toEqual([false, true]);
  expect(await first.stopIfLast()).toBe('in_use');
  expect(await second.stopIfLast()).toBe('stopped');
});

it('shares one server between processes that start at once', async () => {
  const dir = await newFolder();

  const children = [startInChild(dir), startInChild(dir)];
  const started = await Promise.all(children.map(async ({ line }) => JSON.parse(await line()) as Started));

  expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
  expect(started.map(({ isAdopted }) => isAdopted).sort()).toEqual([false, true]);
  const third = await startEmbedded({ dir, isThrowAway: true });
  expect(await third.stopIfLast()).toBe('in_use');
});

it('never stops the server under a process that has just adopted it', async () => {
  const dir = await newFolder();
  const rounds = `
    for (let round = 0; round < 6; round++) {
      const server = await startEmbedded({ dir, isThrowAway: true });
      await new Promise(setImmediate);
      const client = new pg.Client(server.connection);
      await client.connect();
      await client.query('select 1');
      await client.end();
      await server.stopIfLast();
    }
    console.log('all answered');`;

  const children = [1, 2, 3].map(() => runInChild(dir, rounds));
  const endings = await Promise.all(children.map(({ line }) => line()));

  expect(endings).toEqual(['all answered', 'all answered', 'all answered']);
  await vi.waitFor(async () => expect(await readPidFile(join(dir, 'data'))).toBeNull());
});

it('keeps what was committed when postgres itself is killed', async () => {
  const dir = await newFolder();
  const killed = await startEmbedded({ dir });
  await rows(killed.connection, 'create table kept as select generate_series(1, 1000) as value');
  process.kill(killed.pid, 'SIGKILL');

  const restarted = await startEmbedded({ dir });

  expect(restarted.isAdopted).toBe(false);
  expect(restarted.pid).not.toBe(killed.pid);
  expect(await rows(restarted.connection, 'select count(*)::int as kept from kept')).toEqual([
    { kept: 1000 },
  ]);
  expect(await readFile(join(dir, 'postgres.log'), 'utf8')).toContain('automatic recovery in progress');
});

// A killed process is gone a moment later, and until then it is found. Here the moment lasts.
it('starts another where the one that it asks is killed before it answers', async () => {
  const dir = await newFolder();
  const killed = await startEmbedded({ dir });
  await rows(killed.connection, 'create table kept as select 7 as value');
  process.kill(killed.pid, 'SIGSTOP');

  const restarting = startEmbedded({ dir });
  await connectionWaitingAt(killed.connection);
  process.kill(killed.pid, 'SIGKILL');
  const restarted = await restarting;

  expect(restarted.isAdopted).toBe(false);
  expect(restarted.pid).not.toBe(killed.pid);
  expect(await rows(restarted.connection, 'select value from kept')).toEqual([{ value: 7 }]);
});

// Two postmasters on one data directory would destroy it: the backends of the killed one must end first.
it('waits for the backends of a killed postgres before it starts another', async () => {
  const dir = await newFolder();
  const killed = await startEmbedded({ dir, isThrowAway: true });
  const client = await connect(killed.connection);
  client.on('error', () => undefined);
  const busy = client
    .query("do $$ begin while clock_timestamp() < now() + interval '1.5 s' loop end loop; end $$")
    .catch(() => 'broken off');
  await vi.waitFor(async () => {
    const [found] = await rows(
      killed.connection,
      "select count(*)::int as busy from pg_stat_activity where state = 'active' and query like 'do %'",
    );
    expect(found).toEqual({ busy: 1 });
  });
  process.kill(killed.pid, 'SIGKILL');

  const restarted = await startEmbedded({ dir, isThrowAway: true });

  expect(await rows(restarted.connection, 'select 1 as answer')).toEqual([{ answer: 1 }]);
  expect(await readFile(join(dir, 'postgres.log'), 'utf8')).toMatch(/shared memory block .* is still in use/);
  await busy;
});

it('leaves the server to another connected client, and stops it as the last one', async () => {
  const dir = await newFolder();
  const server = await startEmbedded({ dir, isThrowAway: true });
  const other = await connect(server.connection);

  const whileConnected = await server.stopIfLast();
  const answer = await other.query('select 1 as answer');
  await other.end();
  const afterwards = await server.stopIfLast();

  expect(whileConnected).toBe('in_use');
  expect(answer.rows).toEqual([{ answer: 1 }]);
  expect(afterwards).toBe('stopped');
  expect(await findProcessRun(server.pid)).toBeNull();
});

it('does not count a user that was killed', async () => {
  const dir = await newFolder();
  const server = await startEmbedded({ dir, isThrowAway: true });
  const other = startInChild(dir);
  await other.line();
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');

  expect(await server.stopIfLast()).toBe('stopped');
});

it('stops under connected clients when told to', async () => {
  const server = await startEmbedded({ dir: await newFolder(), isThrowAway: true });
  const other = await connect(server.connection);
  const lost = once(other, 'error');
  other.on('error', () => undefined);

  await server.stop();

  expect((await lost)[0]).toMatchObject({ code: '57P01' });
  expect(await findProcessRun(server.pid)).toBeNull();
});

it('takes over the lock of a dead process', async () => {
  const dir = await newFolder();
  await symlink(`${await deadPid()}|0123456789abcdef|gone`, join(dir, 'start.lock'));

  const server = await startEmbedded({ dir, isThrowAway: true });

  expect(server.isAdopted).toBe(false);
  expect((await readdir(dir)).filter((name) => name.startsWith('start.lock'))).toEqual([]);
});

it('takes over a lock whose process number another program has now', async () => {
  const lock = join(await newFolder(), 'start.lock');
  await symlink(`${process.pid}|0123456789abcdef|an earlier run`, lock);

  expect(await withLock(lock, async () => 'inside')).toBe('inside');
});

it('refuses to wait for ever for a live owner, and names it', async () => {
  const lock = join(await newFolder(), 'start.lock');
  await symlink(`${process.pid}|0123456789abcdef|${await findProcessRun(process.pid)}`, lock);

  const waiting = withLock(lock, async () => 'inside', 100);

  await expect(waiting).rejects.toThrow(`Process ${process.pid} has held ${lock} for 0.1 seconds.`);
});

// The slower of two that saw the same dead owner must not throw out the faster.
it('lets one holder in at a time when many find a dead one, and a dead one who was taking over', async () => {
  const dir = await newFolder();
  const lock = join(dir, 'start.lock');
  const gone = await deadPid();
  let inside = 0;
  let insideMax = 0;

  for (let round = 0; round < 5; round++) {
    await symlink(`${gone}|dead${round}|gone`, lock);
    await symlink(`${gone}|heir${round}|gone`, `${lock}.dead${round}`);
    const turns = Array.from({ length: 8 }, async (_, place) => {
      for (let step = 0; step < place; step++) await readdir(dir);
      await withLock(lock, async () => {
        inside += 1;
        insideMax = Math.max(insideMax, inside);
        await readlink(lock);
        inside -= 1;
      });
    });
    await Promise.all(turns);
  }

  expect(insideMax).toBe(1);
});

it('starts anew after an initdb that was killed half-way', async () => {
  const dir = await newFolder();
  const child = startInChild(dir);
  await vi.waitFor(
    async () => {
      const unfinished = (await readdir(dir)).find((name) => name.startsWith('data.init-'));
      await stat(join(dir, unfinished ?? 'not yet', 'PG_VERSION'));
    },
    { timeout: 10_000, interval: 1 },
  );
  child.process.kill('SIGKILL');
  await once(child.process, 'exit');
  expect(await readdir(dir)).not.toContain('data');

  const server = await startEmbedded({ dir });

  expect(await rows(server.connection, 'select 1 as answer')).toEqual([{ answer: 1 }]);
  expect((await readdir(dir)).sort()).toEqual([
    '.s.PGSQL.5432',
    '.s.PGSQL.5432.lock',
    'data',
    'postgres.log',
    'users',
  ]);
});

it('does not touch a data folder that is not of Postgres', async () => {
  const dir = await newFolder();
  await mkdir(join(dir, 'data'));
  await writeFile(join(dir, 'data', 'precious'), 'kept');

  await expect(startEmbedded({ dir, isThrowAway: true })).rejects.toThrow('not a Postgres data directory');

  expect(await readFile(join(dir, 'data', 'precious'), 'utf8')).toBe('kept');
});

it('does not take an unrelated live process for the server', async () => {
  const dir = await newFolder();
  const first = await startEmbedded({ dir, isThrowAway: true });
  const pidFile = join(dir, 'data', 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8');
  await first.stop();
  await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)), { mode: 0o600 });
  await writeFile(join(dir, '.s.PGSQL.5432.lock'), text.replace(/^\d+/, String(process.pid)));

  const second = await startEmbedded({ dir, isThrowAway: true });

  expect(second.isAdopted).toBe(false);
  expect(await rows(second.connection, 'select 1 as answer')).toEqual([{ answer: 1 }]);
});

it('does not take the server of another folder for its own', async () => {
  const dir = await newFolder();
  const own = await startEmbedded({ dir, isThrowAway: true });
  await own.stop();
  const foreign = await startEmbedded({ dir: await newFolder(), isThrowAway: true });
  const foreignFile = join(foreign.connection.host, 'data', 'postmaster.pid');
  await writeFile(join(dir, 'data', 'postmaster.pid'), await readFile(foreignFile), { mode: 0o600 });

  const again = await startEmbedded({ dir, isThrowAway: true });

  expect(again.isAdopted).toBe(false);
  expect(again.pid).not.toBe(foreign.pid);
});

it('puts the socket into a short private folder when the path is too long for one', async () => {
  const parent = await newFolder();
  await chmod(parent, 0o755);
  const dir = join(parent, 'long'.repeat(25));

  const server = await startEmbedded({ dir, isThrowAway: true });
  const { host } = server.connection;
  onTestFinished(async () => {
    await server.stop('immediate');
    await rm(host, { recursive: true, force: true });
  });

  expect(host.length).toBeLessThan(90);
  expect((await stat(host)).mode & 0o777).toBe(0o700);
  expect(await readdir(host)).toEqual(['.s.PGSQL.5432', '.s.PGSQL.5432.lock']);
  expect(await readdir(dir)).toContain('data');
  expect(await rows(server.connection, 'select 1 as answer')).toEqual([{ answer: 1 }]);
});

it.runIf(isRoot)('moves to a folder that the borrowed account can reach, and says so', async () => {
  const dir = join(await newFolder(), 'inside-closed');
  const said: string[] = [];

  const server = await startEmbedded({ dir, isThrowAway: true, log: (message) => said.push(message) });
  const { host } = server.connection;
  onTestFinished(async () => {
    await server.stop('immediate');
    await rm(host, { recursive: true, force: true });
  });

  expect(said[0]).toMatch(`${dir} is closed to account`);
  expect(said[0]).toMatch(`using ${host}`);
  expect((await startEmbedded({ dir, isThrowAway: true })).pid).toBe(server.pid);
});

it('names the log and shows its end when postgres does not start', async () => {
  const dir = await newFolder();
  const server = await startEmbedded({ dir, isThrowAway: true });
  await server.stop();
  await writeFile(join(dir, 'data', 'postgresql.conf'), 'shared_buffers = many\n');

  const failure = await startEmbedded({ dir, isThrowAway: true }).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(EmbeddedPostgresError);
  expect(String(failure)).toContain('invalid value for parameter "shared_buffers": "many"');
  expect(String(failure)).toContain(join(await realpath(dir), 'postgres.log'));
});

it('knows that binaries are installed here', () => {
  expect(hasEmbeddedBinaries()).toBe(true);
});

it.runIf(isRoot)('does not hand a folder with other things over to the borrowed account', async () => {
  const dir = await newFolder();
  await writeFile(join(dir, 'notes.txt'), '');

  await expect(startEmbedded({ dir, isThrowAway: true })).rejects.toThrow('notes.txt');

  expect((await stat(dir)).uid).toBe(0);
});

/** An empty folder, closed to others; afterwards the server that runs in it is stopped and it is removed. */
async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  onTestFinished(async () => {
    const server = await findServer(join(await realpath(dir), 'data'));
    if (server) await shutDown(server.pid, 'immediate');
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  return dir;
}

/** Another process that starts the server, prints it, and stays until it is killed. */
const startInChild = (dir: string): Child =>
  runInChild(
    dir,
    `console.log(JSON.stringify(await startEmbedded({ dir, isThrowAway: true })));
     setInterval(() => undefined, 1000);`,
  );

function runInChild(dir: string, code: string): Child {
  const imports = `import pg from 'pg'; import { startEmbedded } from ${JSON.stringify(FRONT_DOOR)};`;
  const script = `${imports} const dir = ${JSON.stringify(dir)}; ${code}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { process: child, line: async () => String((await lines.next()).value) };
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function connect(connection: EmbeddedPostgres['connection']): Promise<pg.Client> {
  const client = new pg.Client(connection);
  await client.connect();
  return client;
}

/** Waits until somebody has connected whom the server has not let in yet, where the system tells of that. */
async function connectionWaitingAt({ host, port }: EmbeddedPostgres['connection']): Promise<void> {
  if (process.platform !== 'linux') return;
  const connecting = new RegExp(` 02 +\\d+ ${join(host, `.s.PGSQL.${port}`)}$`, 'm');
  await vi.waitFor(async () => expect(await readFile('/proc/net/unix', 'utf8')).toMatch(connecting), {
    timeout: 5_000,
  });
}

async function rows(
  connection: EmbeddedPostgres['connection'],
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = await connect(connection);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

// As root the folder is another account's: a link planted there must not hand it somebody's file.
it('follows no link from its log to a file elsewhere', async () => {
  const [dir, elsewhere] = [await newFolder(), await newFolder()];
  const victim = join(elsewhere, 'victim');
  await writeFile(victim, 'untouched', { mode: 0o600 });
  const before = await stat(victim);
  await symlink(victim, join(dir, 'postgres.log'));

  await expect(startEmbedded({ dir, isThrowAway: true })).rejects.toMatchObject({ code: 'ELOOP' });

  const after = await stat(victim);
  expect([after.uid, after.mode, await readFile(victim, 'utf8')]).toEqual([
    before.uid,
    before.mode,
    'untouched',
  ]);
});
