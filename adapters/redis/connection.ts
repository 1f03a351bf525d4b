import { Redis, type RedisOptions } from 'ioredis';
import { type CountAnswer, type CountRequest, countRequest } from './count-script.ts';
import { within } from './deadline.ts';
import { createOutage, type Outage, type OutageListener } from './outage.ts';

/** How long Redis has for one answer before it counts as away, in milliseconds. */
export const DEADLINE_MS = 150;

const CONNECT_TIMEOUT_MS = 2_000;

/** A connection that is asked and stays silent for so long is given up for a new one. */
const SILENCE_MAX_MS = 1_000;

/** How long the other side has to take leave before the connection is dropped. */
const LEAVE_MS = 250;

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

export type OpenRedisOptions = OutageListener &
  Readonly<{
    /** `redis://` or `rediss://`, the latter with a checked certificate. */
    url: string;
    /** PEM text; `null`: the system's authorities. */
    ca: string | null;
    /** How long Redis has for one answer before it counts as away, in milliseconds. Default is 150. */
    deadlineMs?: number;
  }>;

/** A Redis that may be away at any moment. Nothing here waits for it longer than it says. */
export type RedisConnection = Readonly<{
  /** Connects, or has tried for some two seconds. Never throws; goes on trying by itself for as long as it is open. */
  connect(): Promise<void>;
  /** Whether it answers in time, and decisions over it do not fail. Never throws. */
  status(): Promise<'ok' | 'down'>;
  /** Counts a request in one atomic step. Rejects at once where there is no connection, else at the deadline. */
  count(request: CountRequest): Promise<CountAnswer>;
  outage: Outage;
  /** Aborted when it was closed. */
  closed: AbortSignal;
  /** Lets go of the connection within a second, whatever state it is in. */
  close(): Promise<void>;
}>;

/**
 * Connects nowhere yet. The user of the URL needs no other commands than EVALSHA, EVAL, GET, SET, PTTL and PING, and
 * no other keys than `gatehouse:*`.
 */
export function openRedis(options: OpenRedisOptions): RedisConnection {
  const { url, deadlineMs = DEADLINE_MS } = options;
  const redis = new Redis(url, driverOptions(options));
  const outage = createOutage(options);
  const closing = new AbortController();
  redis.on('error', (error) => outage.begin('connection', error));
  redis.on('ready', () => outage.end('connection'));

  return {
    connect: () => redis.connect().catch(() => undefined),

    async status() {
      const isAnswering = await within(deadlineMs, redis.ping()).then(
        () => true,
        () => false,
      );
      return isAnswering && !outage.isOn() ? 'ok' : 'down';
    },

    // The driver's own deadline is for each command, and a decision may take two.
    count: (request) => within(deadlineMs, countRequest(redis, request)),

    outage,
    closed: closing.signal,

    async close() {
      closing.abort();
      const isConnected = ['connecting', 'connect', 'ready'].includes(redis.status);
      const ended = new Promise<void>((resolve) => redis.once('end', () => resolve()));
      redis.disconnect();
      if (isConnected) await ended;
    },
  };
}

function driverOptions({ url, ca }: OpenRedisOptions) {
  return {
    ...(url.startsWith('rediss:') && { tls: { rejectUnauthorized: true, ...(ca !== null && { ca }) } }),
    connectionName: 'gatehouse',
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // No caller waits for so long. The driver lets go of what was asked together with the connection.
    commandTimeout: SILENCE_MAX_MS,
    socketTimeout: SILENCE_MAX_MS,
    disconnectTimeout: LEAVE_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    // What nobody waits for any more must not be counted after all, over the next connection.
    autoResendUnfulfilledCommands: false,
    // It needs one more permission, and decisions tell soon enough that Redis is loading.
    enableReadyCheck: false,
    // After a fail-over the server that we are connected to may have become a replica.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    retryStrategy: (attempts) => Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MAX_MS),
  } satisfies RedisOptions;
}
