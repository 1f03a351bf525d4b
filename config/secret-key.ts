import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SECRET_KEY_BYTES_MIN } from './secret-keys.ts';
import { errorCode } from './text-file.ts';

/** The file that should hold the secret key does not. It is left as it is, for it may be a backup's half. */
export class SecretKeyFileBroken extends Error {
  constructor(path: string) {
    super(
      `${path} is empty or too short to be the secret key. Restore it from a backup; ` +
        'if nothing was encrypted with it yet, delete it and a new one is made.',
    );
    this.name = 'SecretKeyFileBroken';
  }
}

/** Nothing can be kept where it is to be kept. Mended by another folder, or by another owner of this one. */
export class DataFolderUnusable extends Error {
  constructor(folder: string, cause: unknown) {
    const code = errorCode(cause) ?? 'unknown';
    const what = NO_FOLDER.has(code) ? 'it is no folder' : `this account may not write there (${code})`;
    super(
      `${folder} cannot keep the data: ${what}. Start in a folder of your own, or name one with DATA_DIR.`,
      { cause },
    );
    this.name = 'DataFolderUnusable';
  }
}

/** The key is there, and another account's. A new one would be worse than none: what is encrypted needs this one. */
export class SecretKeyUnreadable extends Error {
  constructor(path: string, cause: unknown) {
    super(
      `${path} is there, and this account may not read it (${errorCode(cause) ?? 'unknown'}). Give it to this account. ` +
        'Do not start elsewhere instead: what is encrypted needs this key.',
      { cause },
    );
    this.name = 'SecretKeyUnreadable';
  }
}

const NO_FOLDER: ReadonlySet<string> = new Set(['ENOTDIR', 'EEXIST']);
const NOT_OURS: ReadonlySet<string> = new Set([...NO_FOLDER, 'EACCES', 'EPERM', 'EROFS']);

/** A new key of 384 random bits, as base64url (64 characters). */
export function generateSecretKey(): string {
  return randomBytes(48).toString('base64url');
}

/**
 * The key in `secret.key` of `dataDir`; folder (0711) and file (0600) are made
 * when there are none. Of any number of processes that start at once, all get
 * the same key, and nobody ever sees half of it.
 *
 * @throws {SecretKeyFileBroken} the file is there and holds no key
 * @throws {SecretKeyUnreadable} the file is there and another account's
 * @throws {DataFolderUnusable} `dataDir` is no folder, or not this account's to write to
 */
export async function loadOrCreateSecretKey(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret.key');
  const stored = await readKey(dataDir, path);
  if (stored !== null) return stored;
  try {
    // May be passed through and not listed: as root the embedded Postgres runs as another account, in a folder below.
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    await publishNewKey(path);
  } catch (error) {
    throw NOT_OURS.has(errorCode(error) ?? '') ? new DataFolderUnusable(dataDir, error) : error;
  }
  const published = await readKey(dataDir, path);
  if (published === null) throw new SecretKeyFileBroken(path);
  return published;
}

async function readKey(dataDir: string, path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return null;
    if (NO_FOLDER.has(code)) throw new DataFolderUnusable(dataDir, error);
    throw NOT_OURS.has(code) ? new SecretKeyUnreadable(path, error) : error;
  });
  const key = text?.trim() ?? null;
  if (key !== null && Buffer.byteLength(key) < SECRET_KEY_BYTES_MIN) throw new SecretKeyFileBroken(path);
  return key;
}

/** A hard link appears whole or not at all, and never over another file: the first one stays. */
async function publishNewKey(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await writeDurably(draft, `${generateSecretKey()}\n`);
    await link(draft, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
