import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asSuperuser, makeEmptyDatabase } from './database.ts';
import type { Cores } from './machine.ts';
import { emailOf, PASSWORD } from './people.ts';
import type { BenchPostgres } from './postgres.ts';
import { ROOT, startOwn, type Target } from './service.ts';

/** The npm peer, over a database of its own. */
export type Peer = Readonly<{
  /** @param mode `refresh`: it renews a session whenever it is looked at */
  start(cores: Cores, mode: string): Promise<Target>;
  /** Cookies of people who are signed in. */
  cookies: readonly string[];
}>;

/** How many accounts the peer has: the first of the service's people. */
export const PEER_PEOPLE = 32;

/** It refuses a browser's request that does not say where it comes from. */
export const PEER_HEADERS = { 'content-type': 'application/json', origin: 'http://localhost:8080' };

const FOLDER = join(ROOT, 'bench/peer');
const DATABASE = 'peer';

/** Installs the peer where it is not, makes its database and signs people up. @throws it cannot be installed */
export async function preparePeer(postgres: BenchPostgres, options: object): Promise<Peer> {
  installPeer();
  await makeEmptyDatabase(postgres, DATABASE);
  const start = (cores: Cores, mode: string): Promise<Target> =>
    startOwn(cores, ['bench/peer/server.mjs'], { ...options, databaseUrl: postgres.url(DATABASE), mode });
  const first = await start('all', '');
  const cookies: string[] = [];
  for (let number = 0; number < PEER_PEOPLE; number += 1) cookies.push(await signUp(first.url, number));
  await first.stop();
  await asSuperuser(postgres, DATABASE, 'VACUUM ANALYZE');
  return { start, cookies };
}

function installPeer(): void {
  if (existsSync(join(FOLDER, 'node_modules', 'better-auth'))) return;
  const { status } = spawnSync('npm', ['ci', '--prefix', FOLDER, '--no-fund', '--no-audit'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The peer cannot be installed');
}

async function signUp(url: string, number: number): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: PEER_HEADERS,
    body: JSON.stringify({ email: emailOf(number), password: PASSWORD, name: 'Ada Lovelace' }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`The peer answered ${response.status}: ${text}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
