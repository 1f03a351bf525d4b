import { type ExecFileException, execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { EmbeddedPostgresError } from './errors.ts';

/** The operating system's account that the server runs under when it is not our own. */
export type Account = Readonly<{ name: string; uid: number; gid: number }>;

/** How a program ended. `code` is `null` when it could not run or was killed. */
export type Ending = Readonly<{ code: number | null; output: string }>;

/**
 * Postgres refuses to run as root, so root gives it another account: the one that the folder belongs to
 * already, else `postgres`, else `nobody`. `null` when we are not root and run it as ourselves.
 *
 * @throws EmbeddedPostgresError when root finds no such account.
 */
export async function chooseAccount(dir: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = await listAccounts();
  const ownerUid = await stat(dir).then(
    (folder) => folder.uid,
    () => 0,
  );
  const chosen =
    ownerUid === 0
      ? (accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody'))
      : accounts.find(({ uid }) => uid === ownerUid);
  if (chosen) return chosen;
  throw new EmbeddedPostgresError(
    ownerUid === 0
      ? 'Postgres does not run as root, and there is neither a "postgres" nor a "nobody" account to run it. Start as an ordinary user, or set DATABASE_URL.'
      : `${dir} belongs to user ${ownerUid}, who is not in /etc/passwd. Give it to an account that is, or set DATABASE_URL.`,
  );
}

/** Options that start a program under that account, in no folder of ours and without our environment's secrets. */
export function underAccount(account: Account | null) {
  return {
    cwd: '/',
    env: { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' },
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  };
}

/** Runs a program to its end under that account. Never rejects. */
export function runUnder(
  account: Account | null,
  program: string,
  parameters: readonly string[],
): Promise<Ending> {
  return new Promise((resolve) => {
    try {
      execFile(program, [...parameters], underAccount(account), (error, stdout, stderr) =>
        resolve(error ? failed(error, stderr) : { code: 0, output: stdout }),
      );
    } catch (error) {
      resolve({ code: null, output: String(error) });
    }
  });
}

/** Whether that account may make files in the folder. */
export async function canUse(account: Account | null, folder: string): Promise<boolean> {
  const { code } = await runUnder(account, '/bin/sh', ['-c', 'test -w "$1" && test -x "$1"', 'sh', folder]);
  return code === 0;
}

/** The folder for temporary files, or `/tmp` where ours is closed to that account. */
export async function temporaryFolder(account: Account | null): Promise<string> {
  return (await canUse(account, tmpdir())) ? tmpdir() : '/tmp';
}

function failed(error: ExecFileException, stderr: string): Ending {
  return { code: typeof error.code === 'number' ? error.code : null, output: stderr.trim() || error.message };
}

async function listAccounts(): Promise<readonly Account[]> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return passwd.split('\n').map((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
}
