import type pg from 'pg';
import { isConnectionFailure, READ_ONLY, sqlStateOf, translateError } from './errors.ts';
import { patienceOf } from './pools.ts';

/** How long a pool counts as short of connections after somebody has waited for one in vain. */
const SHORT_FOR_MS = 1_000;
/** How long one waits for a connection meanwhile. */
const SHORT_WAIT_MS = 100;

/** Until when a pool counts as short of connections, by `performance.now()`. */
const shortUntil = new WeakMap<pg.Pool, number>();

/**
 * A connection that its borrower has to itself, until it is given back or its
 * time is over.
 *
 * The time of a pool whose users are waited for counts from asking for the
 * connection, so that whatever is asked over it ends within one deadline. When
 * that passes the connection is closed: what is under way on it rejects, and so
 * does all that is asked of it afterwards.
 */
export type Loan = Readonly<{
  client: pg.PoolClient;
  /** For others to use: its state is known. */
  giveBack(): void;
  /** Closes it, as nobody knows what state it is in. */
  drop(): void;
}>;

/**
 * Borrows a connection of a pool.
 *
 * A request does so several times, one after the other. While there are none to
 * be had each wait is short, so that all of them together stay below a second too.
 *
 * @throws {Unavailable} there is none to be had
 */
export async function borrow(pool: pg.Pool): Promise<Loan> {
  const askedAt = performance.now();
  const isShort = askedAt < (shortUntil.get(pool) ?? 0);
  try {
    const client = await (isShort ? within(SHORT_WAIT_MS, pool.connect()) : pool.connect());
    return loanOf(client, askedAt, patienceOf(pool).loanMs);
  } catch (error) {
    if (isTimeout(error)) shortUntil.set(pool, performance.now() + SHORT_FOR_MS);
    throw translateError(error);
  }
}

function loanOf(client: pg.PoolClient, askedAt: number, loanMs: number | null): Loan {
  let isOver = false;
  let deadline: NodeJS.Timeout | undefined;
  const end = (isClosed: boolean): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(deadline);
    client.release(isClosed);
  };
  if (loanMs !== null)
    deadline = setTimeout(() => end(true), Math.max(0, askedAt + loanMs - performance.now()));
  return { client, giveBack: () => end(false), drop: () => end(true) };
}

/** What takes a single statement. Over a pool that is the driver's own way to borrow a connection. */
type Asked = pg.Pool | pg.PoolClient;

/**
 * Lends a connection for a single statement, outside any transaction of ours.
 * It is closed where that fails.
 *
 * @throws {Unavailable} there is none to be had, or it gave no answer
 */
export async function lend<T>(pool: pg.Pool, ask: (asked: Asked) => PromiseLike<T>): Promise<T> {
  // With one at hand the driver's own way costs less, and there is nothing else to wait for than the answer.
  if (pool.idleCount > pool.waitingCount) return translated(ask(pool));
  const loan = await borrow(pool);
  try {
    const answer = await translated(ask(loan.client));
    loan.giveBack();
    return answer;
  } finally {
    loan.drop();
  }
}

async function translated<T>(answer: PromiseLike<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translateError(error);
  }
}

// The server ends the connection, or has become a replica, as after a fail-over.
const ENDING = /^(08|57P)/;

/** Whether a connection is of no more use after this failure. */
export function isSpoilt(error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  return isConnectionFailure(error) || sqlState === READ_ONLY || ENDING.test(sqlState ?? '');
}

/** A connection that comes too late goes back to the pool, where others find it. */
function within(ms: number, connecting: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    let isTooLate = false;
    const deadline = setTimeout(() => {
      isTooLate = true;
      reject(new Error('timeout: the pool is short of connections'));
    }, ms);
    connecting.then(
      (client) => {
        clearTimeout(deadline);
        if (isTooLate) client.release();
        else resolve(client);
      },
      (error: unknown) => {
        clearTimeout(deadline);
        reject(error);
      },
    );
  });
}

/** What `pg` says where nobody gave a connection back, or a new one did not come, in time. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timeout');
}
