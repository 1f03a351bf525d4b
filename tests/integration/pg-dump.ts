import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type pg from 'pg';
import type { TestDatabase } from '../support/postgres.ts';

const run = promisify(execFile);

/** Where Debian keeps the tools of one version of the server. */
export function debianPgDump(majorVersion: number): string {
  return `/usr/lib/postgresql/${majorVersion}/bin/pg_dump`;
}

/** The major version of the server. */
export async function majorVersionOf(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
  return rows[0]?.major;
}

/**
 * What `pg_dump --schema-only` says of our schema, line by line; `null` where no pg_dump of this machine is new
 * enough for the server.
 */
export async function pgDump(database: TestDatabase, admin: pg.Pool): Promise<readonly string[] | null> {
  const tool = await findPgDump(await majorVersionOf(admin));
  if (!tool) return null;
  const { connection } = database.address(null);
  const place =
    'connectionString' in connection
      ? [connection.connectionString]
      : [
          `host='${connection.host}' port=${connection.port} user='${connection.user}' dbname='${connection.database}'`,
        ];
  const { stdout } = await run(tool, ['--schema-only', '--schema=gatehouse', `--dbname=${place[0]}`]);
  // The key of \restrict is another in each dump.
  return stdout.split('\n').filter((line) => !/^\\(un)?restrict /.test(line));
}

async function findPgDump(majorVersion: number): Promise<string | null> {
  for (const tool of [debianPgDump(majorVersion), 'pg_dump']) {
    const version = await run(tool, ['--version']).catch(() => ({ stdout: '' }));
    // It refuses a server that is newer than itself.
    if (Number(/\d+/.exec(version.stdout)?.[0] ?? 0) >= majorVersion) return tool;
  }
  return null;
}
