import { EventEmitter, once } from 'node:events';
import autocannon from 'autocannon';
import type { LoadPart, LoadRequest } from './protocol.ts';
import type { Judgement, RunningScript } from './script.ts';
import type { Tally } from './tally.ts';

/** A load under way. */
export type Running = Readonly<{
  /** Sends nothing more, and waits for the answers to what was sent. */
  stop(): Promise<void>;
}>;

const TIMEOUT_SECONDS = 10;
const SAMPLE_MS = 100;
/** Longer than anything is measured: who started it stops it. */
const ENDLESS_SECONDS = 3600;

/** What the published types leave out: how many requests a connection has made, and how many it may make. */
type Bounded = autocannon.Client & { reqsMade: number; responseMax?: number };

/** Keeps every connection busy: each sends its next request when its last was answered. */
export function startConnections(
  url: string,
  { connections }: LoadPart,
  script: RunningScript,
  tally: Tally,
): Running {
  const clients: Bounded[] = [];
  // A response is told of right after its body was judged, in the same turn.
  let judgement: Judgement = 'right';
  const note = (latest: Judgement): void => {
    judgement = latest;
  };
  const setupClient = (client: autocannon.Client): void => {
    const connection = clients.push(client as Bounded) - 1;
    const onEmpty = (): void => {
      tally.error('There was too little to send');
      end(client as Bounded);
    };
    client.setRequests([requestOf(script, connection, { note, onEmpty })]);
  };
  const done = new EventEmitter();
  const finished = once(done, 'done');
  const instance = autocannon(
    {
      ...{ url, connections, setupClient },
      ...{ duration: ENDLESS_SECONDS, timeout: TIMEOUT_SECONDS, sampleInt: SAMPLE_MS },
    },
    (error) => done.emit(error ? 'error' : 'done', error),
  );
  instance.on('response', (_client, _status, _bytes, tookMs) => tally.answer(judgement, tookMs));
  instance.on('reqError', (error: unknown) => tally.error(String(error)));
  return {
    async stop() {
      for (const client of clients) end(client);
      await finished;
    },
  };
}

/** The answer that it waits for is the last. */
function end(client: Bounded): void {
  client.responseMax = client.reqsMade;
}

type Told = Readonly<{ note(judgement: Judgement): void; onEmpty(): void }>;

function requestOf(script: RunningScript, connection: number, { note, onEmpty }: Told): autocannon.Request {
  const onResponse = (status: number, body: string): void => note(script.judge(connection, status, body));
  let last: LoadRequest | null = null;
  const take = (): autocannon.Request => {
    const next = script.next(connection) ?? last;
    if (next === null) throw new Error('The script has nothing to send');
    // What is sent once more is the last of this connection.
    if (next === last) onEmpty();
    last = next;
    return { ...next, headers: { ...next.headers } };
  };
  if (script.isConstant) return { ...take(), onResponse };
  return { onResponse, setupRequest: (request) => ({ ...request, ...take() }) };
}
