import { decodeJwt } from 'jose';
import { REMEMBERED_MAX } from '../../core/sessions/index.ts';
import type { TokenMint } from '../load/protocol.ts';
import { asSuperuser, makeDatabase } from './database.ts';
import { type Load, startLoad } from './load.ts';
import type { Cores } from './machine.ts';
import { type Peer, preparePeer } from './peer.ts';
import { makePeople, type Person, signIn } from './people.ts';
import { type BenchPostgres, startPostgres } from './postgres.ts';
import { ISSUER, startOwn, startService, type Target } from './service.ts';
import { readSigningKey } from './signing-key.ts';

/** What all rows of a run share. */
export type Stage = Readonly<{
  postgres: BenchPostgres;
  load: Load;
  /** Signed in, each once: every connection of a load is one of them. */
  people: readonly Person[];
  /** Tokens of the same few sessions. */
  mint: TokenMint;
  /** Tokens of more sessions than a process remembers, one after the other. */
  mintOfMany: TokenMint;
  /** Refresh tokens of the floor, which has sessions of its own: a list for each of its ways. */
  floorTokens(mode: string): Promise<readonly string[]>;
  service(cores: Cores): Promise<Target>;
  /** @param file in `bench/floors/` */
  floor(cores: Cores, file: string, mode: string): Promise<Target>;
  /** Prepared when it is first asked for. */
  peer(): Promise<Peer>;
}>;

/** The service's own, of all rows. */
export const DATABASE = 'gatehouse';
/** As many as the service holds by default (DATABASE_POOL_MAX). */
const POOL_MAX = 10;
const MANY_SESSIONS = REMEMBERED_MAX * 1.5;
/** By what a copied session is told from those that people began. */
const COPIED = 'one of many';
/** The defaults of the service. */
const ARGON2 = { timeCost: 3, memoryCost: 65_536, parallelism: 2 };

/**
 * Starts database and load, and signs people in over a service of its own.
 *
 * @param signedIn how many of them: no load may have more connections
 */
export async function setStage(signedIn: number): Promise<Stage> {
  const postgres = await startPostgres();
  await makeDatabase(postgres, DATABASE);
  const url = (role?: string) => postgres.url(DATABASE, role);
  const service = (cores: Cores) =>
    startService(cores, {
      DATABASE_URL: url('gatehouse_app'),
      DATABASE_OWNER_URL: url('gatehouse_owner'),
      DATABASE_SYSTEM_URL: url('gatehouse_system'),
    });

  const first = await service('all');
  await makePeople(first.url, postgres, DATABASE);
  const people = await signIn(first.url, signedIn);
  await first.stop();
  await makeManySessions(postgres);
  await asSuperuser(postgres, DATABASE, 'INSERT INTO bench.users SELECT * FROM gatehouse.users');
  // As autovacuum would have by now, so that plans are those of a database with statistics.
  await asSuperuser(postgres, DATABASE, 'VACUUM ANALYZE');

  const key = await readSigningKey(postgres, DATABASE);
  const claims = people.map(({ accessToken }) => ({ ...decodeJwt(accessToken) }));
  const options = {
    ...key,
    ...{ databaseUrl: url('gatehouse_app'), plainDatabaseUrl: url() },
    ...{ issuer: ISSUER, tenantId: String(claims[0]?.['tid']), poolMax: POOL_MAX, argon2: ARGON2 },
  };
  return {
    ...{ postgres, people, service },
    load: await startLoad(),
    mint: { kid: key.kid, privateKey: key.privateKey, claims },
    mintOfMany: { kid: key.kid, privateKey: key.privateKey, claims: await claimsOfMany(postgres, claims) },
    floorTokens: remembered((_mode) => makeFloorTokens(postgres, signedIn)),
    floor: (cores, file, mode) =>
      startOwn(cores, ['--import', 'tsx', `bench/floors/${file}`], { ...options, mode }),
    peer: remembered(() => preparePeer(postgres, { poolMax: POOL_MAX, argon2: ARGON2 })),
  };
}

/** Copies of the sessions there are, so many for each that no process remembers all of them. */
async function makeManySessions(postgres: BenchPostgres): Promise<void> {
  await asSuperuser(
    postgres,
    DATABASE,
    `INSERT INTO gatehouse.sessions
     SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'device_name', $1::text))).*
     FROM gatehouse.sessions s,
       generate_series(1, $2::bigint / (SELECT count(*) FROM gatehouse.sessions)) AS number`,
    [COPIED, MANY_SESSIONS],
  );
}

type Claims = Readonly<Record<string, unknown>>;

async function claimsOfMany(postgres: BenchPostgres, claims: readonly Claims[]): Promise<readonly Claims[]> {
  const rows = await asSuperuser<{ id: string; user_id: string }>(
    postgres,
    DATABASE,
    'SELECT id, user_id FROM gatehouse.sessions WHERE device_name = $1 ORDER BY id',
    [COPIED],
  );
  return rows.map(({ id, user_id }) => ({ ...claims.find(({ uid }) => uid === user_id), sid: id }));
}

/** The same promise for the same argument. */
function remembered<T>(make: (argument: string) => Promise<T>): (argument?: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (argument = '') => {
    const known = made.get(argument) ?? make(argument);
    made.set(argument, known);
    return known;
  };
}

/** Begins sessions of the floor: copies of the service's, whose first secret is known. */
async function makeFloorTokens(postgres: BenchPostgres, count: number): Promise<readonly string[]> {
  const rows = await asSuperuser<{ token: string }>(
    postgres,
    DATABASE,
    `INSERT INTO bench.sessions
     SELECT (jsonb_populate_record(s, jsonb_build_object(
       'id', gen_random_uuid(), 'secret_hash', '\\x' || encode(sha256('first'), 'hex')))).*
     FROM gatehouse.sessions s ORDER BY s.created_at LIMIT ${count}
     RETURNING tenant_id || '.' || id || '.first' AS token`,
  );
  return rows.map(({ token }) => token);
}
