import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type Answer, createLoadClient, type LoadClient, type Session } from './load-client.ts';

/** What was acknowledged, and must be true from then on. */
export type Ledger = Readonly<{
  /** Addresses whose registration was answered 201. */
  registered: readonly string[];
  /** The newest session of each client that signs in or refreshes, with its newest acknowledged token. */
  sessions: readonly Session[];
}>;

export type Load = Readonly<{
  ledger: Ledger;
  /** Every answer to requests that were sent since then, by `performance.now()`; all of them by default. */
  answers(since?: number): readonly Answer[];
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<void>;
}>;

/** How many clients do each thing over and over. */
export type LoadMix = Readonly<Partial<Record<keyof typeof ROUTINES, number>>>;

const EVERYTHING: LoadMix = { me: 3, refresh: 3, login: 2, register: 2, keys: 1, live: 1, ready: 1 };
/** Between two requests of one client: a storm of refusals leaves the machine some room. */
const BREATH_MS = 8;

type Books = { registered: string[]; sessions: Session[] };
/** Prepares one client, and answers what it then does again and again. */
type Routine = (client: LoadClient, books: Books) => Promise<() => Promise<unknown>>;

const ROUTINES = {
  me: async (client, books) => {
    const { accessToken } = await newSession(client, books);
    return () => client.me(accessToken);
  },
  refresh: async (client, books) => {
    const place = books.sessions.push(await newSession(client, books)) - 1;
    return async () => {
      const renewed = await client.refresh(books.sessions[place]?.refreshToken ?? '');
      if (renewed) books.sessions[place] = renewed;
    };
  },
  login: async (client, books) => {
    const email = await newAccount(client, books);
    const place = books.sessions.push(await ours(client.login(email))) - 1;
    return async () => {
      const session = await client.login(email);
      if (session) books.sessions[place] = session;
    };
  },
  register: async (client, books) => async () => {
    const email = await client.register();
    if (email) books.registered.push(email);
  },
  keys: async (client) => () => client.look('/.well-known/jwks.json'),
  live: async (client) => () => client.look('/live'),
  ready: async (client) => () => client.look('/ready'),
} satisfies Record<string, Routine>;

/** Keeps requests of several kinds in flight against a server that serves. Ends with the test. */
export async function startLoad(url: string, mix: LoadMix = EVERYTHING): Promise<Load> {
  const answers: Answer[] = [];
  const client = createLoadClient(url, (answer) => answers.push(answer));
  const books: Books = { registered: [], sessions: [] };
  const routines: Readonly<Record<string, Routine>> = ROUTINES;
  const prepared: (() => Promise<unknown>)[] = [];
  for (const [name, count] of Object.entries(mix)) {
    for (let each = 0; each < count; each += 1) {
      const act = await routines[name]?.(client, books);
      if (act) prepared.push(act);
    }
  }

  let isStopped = false;
  const running = prepared.map(async (act) => {
    for (; !isStopped; await pause(BREATH_MS)) await act();
  });
  const stop = async (): Promise<void> => {
    isStopped = true;
    await Promise.all(running);
  };
  onTestFinished(stop);

  return {
    ledger: books,
    answers: (since = 0) => answers.filter(({ sentAt }) => sentAt >= since),
    stop,
  };
}

async function newAccount(client: LoadClient, books: Books): Promise<string> {
  const email = await ours(client.register());
  books.registered.push(email);
  return email;
}

async function newSession(client: LoadClient, books: Books): Promise<Session> {
  return ours(client.login(await newAccount(client, books)));
}

/** What the load begins with must work. */
async function ours<T>(answer: Promise<T | null>): Promise<T> {
  const given = await answer;
  if (given === null) throw new Error('The server refused what the load was to begin with');
  return given;
}
