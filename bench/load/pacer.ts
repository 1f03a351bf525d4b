import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from './connections.ts';
import type { LoadPart, LoadRequest } from './protocol.ts';
import type { RunningScript } from './script.ts';
import type { Tally } from './tally.ts';

/** What takes longer counts as not answered. */
const ANSWER_MS = 1_000;
/** How long a chain waits for its next link all the same: one that is given up may be spent later, out of turn. */
const LINK_MS = 30_000;

/**
 * Sends a request at every tick of a pace, whether or not the last was answered: a server that is late does not
 * thereby get fewer. Times count from the tick that a request was due at, not from when it could be sent.
 */
export function startPaced(
  url: string,
  { connections, pace }: LoadPart & { pace: number },
  script: RunningScript,
  tally: Tally,
): Running {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const underWay = new Set<Promise<void>>();
  const busy = new Set<number>();
  const beganAt = performance.now();
  const timeoutMs = script.isChained ? LINK_MS : ANSWER_MS;
  let due = 0;

  const sendDue = (): void => {
    const wanted = ((performance.now() - beganAt) * pace) / 1000;
    for (; due < wanted; due += 1) {
      const dueAt = beganAt + (due * 1000) / pace;
      const isCounted = tally.sent();
      const connection = script.isChained
        ? firstFree(busy, due % connections, connections)
        : due % connections;
      // All wait for an answer: this one is not sent, and so not answered.
      if (connection === null) continue;
      const next = script.next(connection);
      if (!next) {
        tally.error('The script has nothing to send');
        return;
      }
      busy.add(connection);
      const sending = send(`${url}${next.path}`, next, { agent, timeout: timeoutMs })
        .then(({ status, body }) => {
          const tookMs = performance.now() - dueAt;
          const judgement = script.judge(connection, status, body);
          if (tookMs <= ANSWER_MS || typeof judgement === 'object')
            tally.answer(judgement, tookMs, isCounted);
        })
        // It shows in the share that was answered.
        .catch(() => undefined)
        .finally(() => {
          busy.delete(connection);
          underWay.delete(sending);
        });
      underWay.add(sending);
    }
  };
  const timer = setInterval(sendDue, 1);

  return {
    async stop() {
      clearInterval(timer);
      await Promise.race([Promise.all(underWay), pause(timeoutMs, null, { ref: false })]);
      agent.destroy();
    },
  };
}

/** The first from `from` on, and round again, for whose answer nobody waits. */
function firstFree(busy: ReadonlySet<number>, from: number, connections: number): number | null {
  for (let step = 0; step < connections; step += 1) {
    const connection = (from + step) % connections;
    if (!busy.has(connection)) return connection;
  }
  return null;
}

type Answer = Readonly<{ status: number; body: string }>;

function send(
  url: string,
  { method, headers, body = '' }: LoadRequest,
  options: Readonly<{ agent: Agent; timeout: number }>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { ...options, method, headers: { ...headers, ...length } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`No answer within ${options.timeout} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
