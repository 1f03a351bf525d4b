import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, runUnder } from './account.ts';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import type { Place } from './place.ts';

/** The superuser that initdb makes; local connections are trusted, the folder's mode is the protection. */
export const SUPERUSER = 'postgres';

export type DataDirectoryOptions = Readonly<{
  initdb: string;
  account: Account | null;
  isThrowAway: boolean;
}>;

/**
 * Makes the data directory unless there is one. It is built beside its place and renamed when whole, so
 * that a directory under that name is never a half one. Call it under the start lock.
 *
 * @throws EmbeddedPostgresError when initdb fails, or something else lies there.
 */
export async function ensureDataDirectory(place: Place, options: DataDirectoryOptions): Promise<void> {
  await removeUnfinished(place.base);
  if (await exists(join(place.dataDir, 'PG_VERSION'))) return;

  const fresh = join(place.base, `data.init-${randomBytes(6).toString('hex')}`);
  const { code, output } = await runUnder(options.account, options.initdb, [
    ...['-D', fresh, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'],
    ...(options.isThrowAway ? ['--no-sync'] : []),
  ]);
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true });
    throw new EmbeddedPostgresError(`The embedded Postgres could not make ${place.dataDir}: ${output}`);
  }
  await moveInto(fresh, place.dataDir);
  await syncFolder(place.base);
}

/** An initdb that outlived its killed parent may still write there; what resists is left for the next start. */
async function removeUnfinished(base: string): Promise<void> {
  const unfinished = (await readdir(base)).filter((name) => name.startsWith('data.init-'));
  for (const name of unfinished) {
    await rm(join(base, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function moveInto(fresh: string, dataDir: string): Promise<void> {
  try {
    await rename(fresh, dataDir);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
    throw new EmbeddedPostgresError(
      `${dataDir} is not empty and not a Postgres data directory. Move it away.`,
    );
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
