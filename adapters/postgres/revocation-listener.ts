import pg from 'pg';
import { clientConfig, type DatabaseAddress } from './pools.ts';

const CHANNEL = 'gatehouse_revocations';
const CONNECT_TIMEOUT_MS = 2_000;
/** How long the end of the connection is waited for. */
const END_MAX_MS = 500;
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 5_000;

export type RevocationListenerOptions = Readonly<{
  /** Where `LISTEN` works: Postgres itself, not a pooler in transaction mode. */
  address: DatabaseAddress;
  /** Something was committed that is worth reading, or may have been while nobody listened. */
  onWake(): void;
  /** Told once each time when the connection is lost, or cannot be made. It is tried again. */
  onLost(error: Error): void;
}>;

/** Waits on a connection of its own to be woken. */
export interface RevocationWakeUps {
  start(): void;
  stop(): Promise<void>;
}

/**
 * Listens for the notification that goes with every revocation's commit.
 *
 * A wake-up and no more: what was committed is read from the log, and is read
 * twice a second anyway. So nothing is lost while there is no connection.
 */
export function createRevocationWakeUps({
  address,
  onWake,
  onLost,
}: RevocationListenerOptions): RevocationWakeUps {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_FIRST_MS;
  let isStopped = false;

  const lose = (lost: pg.Client, error: Error): void => {
    if (client !== lost) return;
    client = null;
    lost.end().catch(() => undefined);
    if (isStopped) return;
    onLost(error);
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_LAST_MS);
  };

  const connect = (): void => {
    const connecting = new pg.Client({
      ...clientConfig(address),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    client = connecting;
    connecting.on('error', (error) => lose(connecting, error));
    connecting.on('end', () => lose(connecting, new Error('The connection was closed')));
    connecting.on('notification', onWake);
    listen(connecting).then(
      () => {
        retryMs = RETRY_FIRST_MS;
        onWake();
      },
      (error: Error) => lose(connecting, error),
    );
  };

  return {
    start: connect,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      if (client) await endSoon(client);
    },
  };
}

/** A server that stands still does not say good-bye. */
async function endSoon(client: pg.Client): Promise<void> {
  let deadline: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    deadline = setTimeout(resolve, END_MAX_MS);
  });
  await Promise.race([client.end().catch(() => undefined), tooLate]);
  clearTimeout(deadline);
}

async function listen(client: pg.Client): Promise<void> {
  await client.connect();
  await client.query(`LISTEN ${CHANNEL}`);
}
