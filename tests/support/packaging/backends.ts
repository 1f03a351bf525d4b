import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chooseAccount } from '../../../adapters/postgres/embedded/account.ts';
import { prepareBinaries } from '../../../adapters/postgres/embedded/binaries.ts';
import { cleanEnvironment, freePort } from '../server-process.ts';
import { type Child, runToEnd, startChild, unprivileged } from './child.ts';
import { readCompose, serviceOf } from './compose-file.ts';
import { inRoot, readRoot } from './repository.ts';

/** Postgres and Redis as docker-compose.prod.yml starts them, with the secrets that were made for them. */
export type Backends = Readonly<{
  /** The folder of the secrets, in whose URLs stand the addresses of this machine. */
  secrets: string;
  /** Runs SQL as the superuser, over the socket, and answers the values, one line for each row. */
  sql(statement: string): Promise<string>;
  redisPort: number;
  postgresPort: number;
  stop(): Promise<void>;
}>;

/** The programs without which none of it can be started. */
export const BACKEND_PROGRAMS = ['openssl', 'psql', 'redis-server'] as const;

/** @param folder an empty one, into which other accounts may go */
export async function startBackends(folder: string, host: string): Promise<Backends> {
  const secrets = join(folder, 'secrets');
  await runToEnd(inRoot('deploy/make-secrets.sh'), [host, secrets]);
  // What compose does by mounting each file by itself.
  await chmod(secrets, 0o755);
  const postgresPort = await freePort();
  const redisPort = await freePort();
  for (const role of ['app', 'owner', 'system'])
    await replaceIn(join(secrets, `database_${role}_url`), '@postgres:5432', `@localhost:${postgresPort}`);
  await replaceIn(join(secrets, 'redis_url'), '@redis:6379', `@localhost:${redisPort}`);
  const postgres = await startPostgres(folder, secrets, postgresPort);
  const redis = await startRedis(folder, secrets, redisPort);
  return {
    ...{ secrets, postgresPort, redisPort },
    sql: (statement) =>
      runToEnd('psql', [
        '-XAtq',
        '-d',
        `host=${postgres.sockets} port=${postgresPort} user=postgres dbname=gatehouse`,
        '-c',
        statement,
      ]),
    async stop() {
      await redis.end('SIGTERM');
      await postgres.child.end('SIGINT');
    },
  };
}

async function replaceIn(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  await writeFile(path, text.replace(from, to));
}

/** A file of the checkout with what differs here, as a file of its own. */
async function shipped(
  path: string,
  folder: string,
  changes: Readonly<Record<string, string>>,
): Promise<string> {
  const copy = join(folder, path.replace(/.*\//, ''));
  const text = Object.entries(changes).reduce(
    (changed, [from, to]) => changed.replaceAll(from, to),
    readRoot(path),
  );
  await writeFile(copy, text);
  await chmod(copy, 0o755);
  return copy;
}

/** What the entry point of the image does where there is no database yet, as far as it matters here. */
const ENTRY_POINT = `#!/bin/sh
set -eu
initdb -D "$PGDATA" -U postgres --auth=reject >/dev/null
"$@" -D "$PGDATA" -k "$PGHOST" --port="$PGPORT" --listen_addresses= &
for _ in $(seq 100); do psql -Xq -U postgres -c 'SELECT' postgres 2>/dev/null && break; sleep 0.1; done
psql -Xq -U postgres -c "CREATE DATABASE $POSTGRES_DB" postgres
"$INIT_SCRIPT"
kill -INT $!
wait $!
exec "$@" -D "$PGDATA" -k "$PGHOST" --port="$PGPORT" --listen_addresses=127.0.0.1
`;

async function startPostgres(folder: string, secrets: string, port: number) {
  const place = join(folder, 'postgres');
  await mkdir(place);
  const account = await chooseAccount(place);
  if (account) await chown(place, account.uid, account.gid);
  const { postgres } = await prepareBinaries(account, () => undefined);
  const changes = {
    '/run/secrets': secrets,
    '/tmp/postgres.key': join(place, 'postgres.key'),
    '/etc/gatehouse/roles.sql': inRoot('drizzle/roles.sql'),
  };
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'docker-entrypoint.sh'), ENTRY_POINT, { mode: 0o755 });
  const service = serviceOf(readCompose('docker-compose.prod.yml'), 'postgres');
  const words = (service.command ?? []).map((word) =>
    word
      .replace('/etc/gatehouse/pg_hba.conf', inRoot('deploy/postgres/pg_hba.conf'))
      .replace('/run/secrets', secrets)
      .replace('/tmp/postgres.key', join(place, 'postgres.key')),
  );
  const child = startChild('/bin/sh', [await shipped('deploy/postgres/start.sh', bin, changes), ...words], {
    log: join(folder, 'postgres.log'),
    cwd: '/',
    ...(await unprivileged(place)),
    env: {
      ...{ PATH: `${bin}:${dirname(postgres)}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C' },
      ...{ PGDATA: join(place, 'data'), PGHOST: place, PGPORT: String(port) },
      POSTGRES_DB: service.environment?.['POSTGRES_DB'] ?? '',
      INIT_SCRIPT: await shipped('deploy/postgres/make-roles.sh', bin, changes),
    },
  });
  await child.until(/ready to accept connections[\s\S]*ready to accept connections/);
  return { child, sockets: place };
}

async function startRedis(folder: string, secrets: string, port: number): Promise<Child> {
  const place = join(folder, 'redis');
  await mkdir(place);
  const config = await shipped('deploy/redis/redis.conf', place, {
    '/run/secrets': secrets,
    'tls-port 6379': `tls-port ${port}\nbind 127.0.0.1`,
    'dir /tmp': `dir ${place}`,
  });
  const log = join(folder, 'redis.log');
  const child = startChild('redis-server', [config], { log, cwd: place, env: cleanEnvironment({}) });
  await child.until(/Ready to accept connections/);
  return child;
}

/** Removes a folder, read-only parts and all. */
export async function removeFolder(folder: string): Promise<void> {
  await runToEnd('chmod', ['-R', 'u+rwX', folder]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
