import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Account, canUse, temporaryFolder } from './account.ts';
import { EmbeddedPostgresError, systemCode } from './errors.ts';

/** Where everything of one embedded Postgres lies. Absolute paths without symbolic links. */
export type Place = Readonly<{
  base: string;
  dataDir: string;
  socketDir: string;
  logFile: string;
  lockFile: string;
  /** One file for each handle that has not let go of the server. */
  usersDir: string;
}>;

export type PlaceOptions = Readonly<{
  dir: string;
  account: Account | null;
  isThrowAway: boolean;
  log: (message: string) => void;
}>;

/** A socket's whole path must fit into about 104 bytes; its name takes 14 of them. */
const SOCKET_DIR_BYTES_MAX = 89;
const OUR_ENTRIES = /^(data|data\.init-.+|users|start\.lock.*|postgres\.log|place.*)$/;
const PLACE_ID = /^[\da-f]{16}$/;

/**
 * Makes the folder, closed to others and in the hands of the account that the server runs under.
 * When that account cannot reach it (a parent is closed, we are root), a folder it can reach takes its
 * place, the same one for as long as `dir` is there, and the log says so.
 *
 * @throws EmbeddedPostgresError when the folder holds foreign things or belongs to somebody else.
 */
export async function preparePlace(options: PlaceOptions): Promise<Place> {
  const base = await prepareBase(options);
  const usersDir = join(base, 'users');
  await makePrivate(usersDir, options.account);
  return {
    base,
    dataDir: join(base, 'data'),
    socketDir: await prepareSocketDir(base, options.account),
    logFile: join(base, 'postgres.log'),
    lockFile: join(base, 'start.lock'),
    usersDir,
  };
}

async function prepareBase({ dir, account, isThrowAway, log }: PlaceOptions): Promise<string> {
  await mkdir(resolve(dir), { recursive: true });
  const wanted = await realpath(dir);
  if (account) await handOver(wanted, account);
  else await closeOwn(wanted);
  if (await canUse(account, wanted)) return wanted;

  const parent = isThrowAway ? await temporaryFolder(account) : '/var/lib';
  const base = join(await realpath(parent), `gatehouse-${await placeIdOf(wanted)}`);
  await makePrivate(base, account);
  if (!(await canUse(account, base))) {
    throw new EmbeddedPostgresError(
      `Account "${account?.name}", which runs Postgres for root, can reach neither ${wanted} nor ${base}. Set DATA_DIR to a folder whose parents it may enter.`,
    );
  }
  log(`${wanted} is closed to account "${account?.name}"; using ${base}`);
  return base;
}

/**
 * What names the other folder: kept in the wanted one, so that a folder made anew at the same path does not
 * come by the database of the one that was removed. A hard link appears whole or not at all.
 */
async function placeIdOf(wanted: string): Promise<string> {
  const file = join(wanted, 'place');
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  await writeFile(draft, randomBytes(8).toString('hex'), { flag: 'wx' });
  await link(draft, file).catch((error) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
  await rm(draft);
  const id = (await readFile(file, 'utf8')).trim();
  if (!PLACE_ID.test(id)) throw new EmbeddedPostgresError(`${file} is damaged. Remove it.`);
  return id;
}

/** Root's own folder must not become another account's by a mistyped path, so a used one is refused. */
async function handOver(folder: string, account: Account): Promise<void> {
  if ((await stat(folder)).uid !== account.uid) {
    const foreign = (await readdir(folder)).find((name) => !OUR_ENTRIES.test(name));
    if (foreign !== undefined) {
      throw new EmbeddedPostgresError(
        `${folder} holds ${foreign}, which is not of the embedded Postgres. Give it a folder of its own.`,
      );
    }
    await chown(folder, account.uid, account.gid);
  }
  await chmod(folder, 0o700);
}

async function closeOwn(folder: string): Promise<void> {
  const { uid } = await stat(folder);
  if (uid !== process.getuid?.()) {
    throw new EmbeddedPostgresError(
      `${folder} belongs to user ${uid} (made by root?). Start as that user, or set DATA_DIR to another folder.`,
    );
  }
  await chmod(folder, 0o700);
}

async function prepareSocketDir(base: string, account: Account | null): Promise<string> {
  if (Buffer.byteLength(base) <= SOCKET_DIR_BYTES_MAX) return base;
  const short = join(await temporaryFolder(account), `gatehouse-${shortHash(base)}`);
  if (Buffer.byteLength(short) > SOCKET_DIR_BYTES_MAX) {
    throw new EmbeddedPostgresError(
      `${base} and ${short} are too long for the path of a socket. Set DATA_DIR to a path shorter than 90 bytes.`,
    );
  }
  await makePrivate(short, account);
  return short;
}

/** Its parent may be open to everybody: a folder or link that somebody else put there is refused. */
async function makePrivate(folder: string, account: Account | null): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
  const ownUid = process.getuid?.();
  const uid = account?.uid ?? ownUid;
  const found = await lstat(folder);
  if (!found.isDirectory() || (found.uid !== ownUid && found.uid !== uid)) {
    throw new EmbeddedPostgresError(`${folder} belongs to somebody else. Remove it.`);
  }
  if (account && found.uid !== uid) await lchown(folder, account.uid, account.gid);
  if ((found.mode & 0o077) !== 0) {
    throw new EmbeddedPostgresError(`${folder} is open to others. Remove it.`);
  }
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
