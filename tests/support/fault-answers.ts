import { expect } from 'vitest';
import type { Ledger } from './load.ts';
import { type Answer, createLoadClient, type LoadClient } from './load-client.ts';

/** The promise is a second; a busy machine gets half of one more. */
export const ANSWERED_WITHIN_MS = 1_500;
/** What has nothing to do with any backend. */
const ALWAYS_SERVED = ['/live', '/.well-known/jwks.json'];

/** While a backend is away: what was granted, and 503 within a second. Never a 401, 403 or 500, never nothing. */
export function expectServedOrUnavailable(answers: readonly Answer[]): void {
  expect(firstOf(steadyOf(answers), (answer) => !isServed(answer))).toEqual([]);
  expect(firstOf(answers, (answer) => !isServed(answer) && !isUnavailable(answer))).toEqual([]);
  expectInTime(answers);
}

/** While a backend is away that nobody needs: all was granted, within a second. */
export function expectServed(answers: readonly Answer[]): void {
  expect(firstOf(answers, (answer) => !isServed(answer))).toEqual([]);
  expectInTime(answers);
}

/** What a machine that is busy with other things takes for an answer that waits for nothing is not the fault's. */
function expectInTime(answers: readonly Answer[]): void {
  const busyMs = Math.max(...steadyOf(answers).map(({ tookMs }) => tookMs), 0);
  expect(firstOf(answers, ({ tookMs }) => tookMs > ANSWERED_WITHIN_MS + 2 * busyMs)).toEqual([]);
}

function steadyOf(answers: readonly Answer[]): readonly Answer[] {
  return answers.filter(({ path }) => ALWAYS_SERVED.includes(path));
}

/** A few of those that should not be there: enough to see what went wrong. */
function firstOf(answers: readonly Answer[], isWrong: (answer: Answer) => boolean): readonly Answer[] {
  return answers.filter(isWrong).slice(0, 5);
}

/** Whether it was granted. */
export function isServed({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Whether it was refused because of a backend that is away, as api.md wants it. */
export function isUnavailable({ path, status, code, retryAfter }: Answer): boolean {
  if (status !== 503) return false;
  return path === '/ready' || (code === 'unavailable' && /^[1-9]\d*$/.test(retryAfter ?? ''));
}

/** Everything that was acknowledged is true: accounts sign in, and sessions go on. */
export async function expectNothingLost(url: string, { registered, sessions }: Ledger): Promise<void> {
  const checks: readonly Check[] = [
    ...registered.map(
      (email): Check =>
        (client) =>
          client.login(email),
    ),
    ...sessions.map(
      ({ refreshToken }): Check =>
        (client) =>
          client.refresh(refreshToken),
    ),
    ...sessions.map(
      ({ accessToken }): Check =>
        (client) =>
          client.me(accessToken),
    ),
  ];
  const waiting = [...checks];
  const refused: Answer[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const answer = await lastAnswer(url, check);
      if (!isServed(answer)) refused.push(answer);
    }
  };
  await Promise.all(Array.from({ length: CHECKED_AT_ONCE }, work));
  expect(refused).toEqual([]);
}

type Check = (client: LoadClient) => Promise<unknown>;

const CHECKED_AT_ONCE = 4;
const TRIES = 10;

/** The answer to a request that is made again where that is what the answer asks for. */
async function lastAnswer(url: string, check: Check): Promise<Answer> {
  const answers: Answer[] = [];
  const client = createLoadClient(url, (answer) => answers.push(answer));
  for (let tried = 1; ; tried += 1) {
    await check(client);
    const answer = answers.at(-1);
    if (!answer) throw new Error('A check asked the server for nothing');
    if (tried === TRIES || !isUnavailable(answer)) return answer;
  }
}
