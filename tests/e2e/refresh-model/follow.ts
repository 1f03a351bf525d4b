import { type Command, type ProcessIndex, requestOf, type Wish } from './commands.ts';
import {
  type Answer,
  afterwards,
  type Event,
  type ModelState,
  type Outcome,
  outcomesOf,
  type Request,
} from './model.ts';
import {
  auditOf,
  type Holding,
  happen,
  type RealAnswer,
  read,
  send,
  signInEverybody,
  USERS_BY_SESSION,
  type World,
  write,
} from './world.ts';

/** What a revocation may take to be known everywhere. */
const EVERYWHERE_MS = 1_000;
const PROCESSES: readonly ProcessIndex[] = [0, 1];

type Run = Readonly<{ world: World; holdings: readonly Holding[] }> & { state: ModelState; told: Event[] };

/** Does what the commands say to two processes, and throws at the first thing that the model does not allow. */
export async function follow(world: World, commands: readonly Command[]): Promise<void> {
  const holdings = await signInEverybody(world);
  const state = USERS_BY_SESSION.map((user) => ({
    ...{ user, number: 0, highest: 0, isInGrace: false },
    life: 'live' as const,
  }));
  const run: Run = { world, holdings, state, told: [] };
  for (const [index, command] of commands.entries()) {
    try {
      await take(run, command);
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error);
      throw new Error(`At command ${index}, ${JSON.stringify(command)}: ${told}`);
    }
  }
  for (const [index, session] of run.state.entries()) await expectLife(run, index, session.life === 'live');
}

async function take(run: Run, command: Command): Promise<void> {
  const before = run.state;
  const acting = command.kind === 'request' ? command.process : null;
  switch (command.kind) {
    case 'request':
      await fire(run, [[command.wish, command.process]]);
      break;
    case 'both':
      await fire(run, [
        [command.wishes[0], 0],
        [command.wishes[1], 1],
      ]);
      break;
    case 'happening': {
      const holding = run.holdings[command.happening.session];
      if (holding) await happen(run.world, holding, command.happening);
      run.state = afterwards(run.state, command.happening);
    }
  }
  await expectEverythingKnown(run, before, acting);
}

async function fire(run: Run, wishes: readonly (readonly [Wish, ProcessIndex])[]): Promise<void> {
  const requests = wishes.map(([wish]) => requestOf(run.state, wish));
  const answers = await Promise.all(
    requests.map((request, index) => send(run.world, run.holdings, request, wishes[index]?.[1] ?? 0)),
  );
  const events = await auditOf(run.world, run.holdings);
  const outcomes = outcomesOf(run.state, requests);
  const real = { requests, answers, events };
  const outcome = outcomes.find((each) => isAs(run, each, real));
  if (!outcome) throw new Error(contradiction(run, outcomes, real));
  run.state = outcome.state;
  run.told.push(...outcome.events);
  learn(run, requests, answers);
}

type Real = Readonly<{
  requests: readonly Request[];
  answers: readonly RealAnswer[];
  events: readonly Event[];
}>;

function isAs(run: Run, outcome: Outcome, { requests, answers, events }: Real): boolean {
  const children = new Map<string, string>();
  const areRight = outcome.answers.every((answer, index) => {
    const [real, request] = [answers[index], requests[index]];
    if (!real || !request || !isRightAnswer(answer, real, request)) return false;
    return answer.status !== 200 || isRightChild(run, children, request.session, [answer.number, real]);
  });
  return areRight && sorted([...run.told, ...outcome.events]) === sorted(events);
}

function isRightAnswer(answer: Answer, real: RealAnswer, request: Request): boolean {
  if (answer.status !== real.status || ('code' in answer && answer.code !== real.code)) return false;
  const isRefused = answer.status === 401 && answer.code === 'refresh_token_invalid';
  return !isRefused || real.isCookieCleared || request.kind !== 'refresh';
}

/** Of one number there is one text, whoever is given it, and of no other number the same. */
function isRightChild(
  { holdings }: Run,
  children: Map<string, string>,
  session: number,
  [number, { refreshToken }]: readonly [number, RealAnswer],
): boolean {
  const { texts } = holdings[session] ?? {};
  if (!texts || refreshToken === null) return false;
  const place = `${session}/${number}`;
  const known = texts.get(number) ?? children.get(place);
  children.set(place, refreshToken);
  return known === undefined ? ![...texts.values()].includes(refreshToken) : known === refreshToken;
}

function learn({ holdings, state }: Run, requests: readonly Request[], answers: readonly RealAnswer[]): void {
  for (const [index, { session }] of requests.entries()) {
    const { refreshToken = null, accessToken = null } = answers[index] ?? {};
    const holding = holdings[session];
    const number = state[session]?.number;
    if (!holding || number === undefined || refreshToken === null || accessToken === null) continue;
    // Of two requests on one session at once, the later child is the one that is good now.
    if (![...holding.texts.values()].includes(refreshToken)) holding.texts.set(number, refreshToken);
    holding.accessToken = accessToken;
  }
}

/** Every session of whom this concerned is live or dead as the model says, on both processes. */
async function expectEverythingKnown(
  run: Run,
  before: ModelState,
  acting: ProcessIndex | null,
): Promise<void> {
  const changedAt = performance.now();
  const ended = [...run.state.keys()].filter((index) => run.state[index]?.life !== before[index]?.life);
  for (const index of ended) {
    const holding = holdingOf(run, index);
    // A write asks at once, wherever it is sent; so does a read where the end was made.
    const asked = [
      ...PROCESSES.map((process) => write(run.world, holding, process)),
      ...(acting === null ? [] : [read(run.world, holding, acting)]),
    ];
    for (const answer of await Promise.all(asked)) expectRevoked(index, answer);
  }
  await Promise.all(
    ended.flatMap((index) => PROCESSES.map((process) => expectKnownSoon(run, index, process, changedAt))),
  );
  const others = [...run.state.keys()].filter((index) => !ended.includes(index));
  await Promise.all(others.map((index) => expectLife(run, index, run.state[index]?.life === 'live')));
}

async function expectKnownSoon(
  run: Run,
  index: number,
  process: ProcessIndex,
  changedAt: number,
): Promise<void> {
  for (;;) {
    const sentAt = performance.now();
    const answer = await read(run.world, holdingOf(run, index), process);
    if (answer !== 'live') return expectRevoked(index, answer);
    if (sentAt - changedAt > EVERYWHERE_MS)
      throw new Error(`Process ${process} serves session ${index} a second after its end`);
  }
}

async function expectLife(run: Run, index: number, isLive: boolean): Promise<void> {
  for (const process of PROCESSES) {
    const answer = await read(run.world, holdingOf(run, index), process);
    if (isLive !== (answer === 'live'))
      throw new Error(`Process ${process} says of session ${index}: ${answer}, and it is ${isLive}`);
    if (!isLive) expectRevoked(index, answer);
  }
}

function expectRevoked(index: number, answer: string | null): void {
  if (answer !== 'session_revoked') throw new Error(`Session ${index} has ended, and is answered ${answer}`);
}

function holdingOf({ holdings }: Run, index: number): Holding {
  const holding = holdings[index];
  if (!holding) throw new Error(`There is no session ${index}`);
  return holding;
}

function sorted(events: readonly Event[]): string {
  return JSON.stringify(
    events.map(({ type, session, reason }) => `${session} ${type} ${reason ?? ''}`).sort(),
  );
}

function contradiction(run: Run, outcomes: readonly Outcome[], { answers, events }: Real): string {
  const real = answers.map(({ status, code, refreshToken, isCookieCleared }) => ({
    ...{ status, code, isCookieCleared },
    token: refreshToken === null ? null : numberOf(run, refreshToken),
  }));
  const wanted = outcomes.map((outcome) => ({ answers: outcome.answers, events: outcome.events }));
  const told = events.filter((event) => !run.told.some((known) => sorted([known]) === sorted([event])));
  return `answered ${JSON.stringify({ real, told })}, where one of these was to be: ${JSON.stringify(wanted)}`;
}

/** Which token of which session a text is, as far as it was handed out before. */
function numberOf({ holdings }: Run, text: string): string {
  for (const [index, { texts }] of holdings.entries()) {
    for (const [number, known] of texts) if (known === text) return `${index}/${number}`;
  }
  return 'new';
}
