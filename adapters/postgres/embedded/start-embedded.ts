import { chooseAccount } from './account.ts';
import { SUPERUSER } from './data-directory.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { type Connection, isInUse, type Registration, register, waitForAnswer } from './last-client.ts';
import { type LaunchOptions, launch } from './launch.ts';
import { withLock } from './lock-file.ts';
import { type Place, preparePlace } from './place.ts';
import { findServer, type Postmaster, type StopMode, shutDown } from './postmaster.ts';
import { isPostmasterOf } from './processes.ts';

/** A Postgres of our own, in a folder, reached by a Unix socket. For development and evaluation. */
export type EmbeddedPostgres = Readonly<{
  /** How its superuser connects; others add `user` and `database`. */
  connection: Connection;
  pid: number;
  /** Where its data lies: `dir`, unless the account that it runs under cannot reach that. */
  folder: string;
  /** Whether it ran already, left behind by a killed process or started by another one. */
  isAdopted: boolean;
  /**
   * Lets go of the server, and stops it if nobody else has started or adopted it and no other client is
   * connected (checked under the start lock). Our own pools must be closed before.
   */
  stopIfLast(): Promise<'stopped' | 'in_use'>;
  /** Stops it whoever is connected; `fast` by default. For tests. */
  stop(mode?: StopMode): Promise<void>;
}>;

export type EmbeddedOptions = Readonly<{
  /** A folder of its own. It is made when missing, closed to others and, under root, given to another account. */
  dir: string;
  /** Durability off and a small footprint: for tests whose data is worth nothing. Default: false. */
  isThrowAway?: boolean;
  /** Hears what differs from the usual. Default: nobody. */
  log?: (message: string) => void;
}>;

/**
 * Starts the Postgres of that folder, or adopts the one that runs there already. Any number of processes
 * may call this at once and share one server. It runs on when this process ends without
 * {@link EmbeddedPostgres.stopIfLast}, and is adopted by the next. What was committed survives `kill -9` of either.
 *
 * @throws EmbeddedPostgresError when there can be none here; the message says what to do instead.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dir, isThrowAway = false, log = () => undefined } = options;
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError('There is no embedded Postgres on Windows. Set DATABASE_URL.');
  }
  const account = await chooseAccount(dir);
  const place = await preparePlace({ dir, account, isThrowAway, log });
  return withLock(place.lockFile, async () => {
    const { server, isAdopted } = await findOrLaunch(place, { account, isThrowAway, log });
    log(`${isAdopted ? 'adopted' : 'started'} Postgres ${server.pid} in ${place.base}`);
    const registration = await register(place.usersDir);
    return {
      ...{ connection: connectionOf(server), pid: server.pid, folder: place.base, isAdopted },
      ...stopping(place, registration),
    };
  });
}

type Found = Readonly<{ server: Postmaster; isAdopted: boolean }>;

/** One that answers. What runs there may be about to end, by a signal that has not reached it yet: then it is not it. */
async function findOrLaunch(place: Place, options: LaunchOptions): Promise<Found> {
  const isAnswering = (server: Postmaster) =>
    waitForAnswer(connectionOf(server), () => isPostmasterOf(place.dataDir, server.pid));
  const running = await findServer(place.dataDir);
  if (running && (await isAnswering(running))) return { server: running, isAdopted: true };
  const server = await launch(place, options);
  if (await isAnswering(server)) return { server, isAdopted: false };
  throw new EmbeddedPostgresError(`The embedded Postgres ended as soon as it ran. See ${place.logFile}.`);
}

/** The server may have been restarted by another process since, so it is looked up again. */
function stopping(place: Place, registration: Registration): Pick<EmbeddedPostgres, 'stop' | 'stopIfLast'> {
  const stop = async (mode: StopMode): Promise<void> => {
    const server = await findServer(place.dataDir);
    if (server) await shutDown(server.pid, mode);
  };
  return {
    stopIfLast: () =>
      withLock(place.lockFile, async () => {
        await registration.leave();
        const server = await findServer(place.dataDir);
        if (server && (await isInUse(place.usersDir, connectionOf(server)))) return 'in_use';
        await stop('fast');
        return 'stopped';
      }),
    stop: (mode = 'fast') =>
      withLock(place.lockFile, async () => {
        await registration.leave();
        await stop(mode);
      }),
  };
}

const connectionOf = ({ socketDir, port }: Postmaster): Connection => ({
  host: socketDir,
  port,
  user: SUPERUSER,
  database: 'postgres',
});
