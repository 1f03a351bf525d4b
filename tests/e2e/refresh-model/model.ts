/**
 * What a refresh token is worth, as design.md ("Refresh tokens: one row, no list") and rule 15 say it: the plainest
 * book-keeping that keeps those sentences, written from them and not from the code. Pure: a step takes a state and
 * answers the next.
 */

/** Sessions by their place in the list. */
export type ModelState = readonly ModelSession[];

export type ModelSession = Readonly<{
  /** Whose it is. A user lives in one tenant. */
  user: number;
  /** The number of the one token that is good; every lower one is spent. */
  number: number;
  /** The highest number that was ever handed out: above `number` once a backup was restored. */
  highest: number;
  /** Whether the newest spent token was first used at most the grace ago. */
  isInGrace: boolean;
  life: 'live' | 'expired' | 'ended';
}>;

/** What one caller asks, with the token that they hold when they ask. */
export type Request =
  | Readonly<{ kind: 'refresh'; session: number; number: number; isByCookie: boolean }>
  | Readonly<{ kind: 'refresh_in_vain'; session: number; number: number; flaw: Flaw }>
  | Readonly<{ kind: 'logout'; session: number }>
  | Readonly<{ kind: 'logout_all'; session: number; isCurrentKept: boolean; isAsDelete: boolean }>
  | Readonly<{ kind: 'end_one'; session: number; other: number }>;

/** What is wrong with a token, or with the request that shows a good one. */
export type Flaw =
  /** One character of it was changed. */
  | Readonly<{ kind: 'forged'; at: number }>
  /** It is no token at all. */
  | Readonly<{ kind: 'malformed'; text: 'cut' | 'longer' | 'empty' | 'words' }>
  /** Signed with the server's key, but not the secret of that session. */
  | Readonly<{ kind: 'other_secret' }>
  /** Signed with the server's key and with the session's secret, but for a tenant that has no such session. */
  | Readonly<{ kind: 'other_tenant' }>
  /** The same, for a session that never was. */
  | Readonly<{ kind: 'no_session' }>
  /** Genuine, and shown where another tenant is named. */
  | Readonly<{ kind: 'wrong_place' }>;

export type Answer =
  | Readonly<{ status: 200; number: number }>
  | Readonly<{ status: 204 }>
  | Readonly<{ status: 401 | 403 | 404; code: string }>;

export type Event = Readonly<{ type: string; session: number; reason: string | null }>;

/** What became of a request: answered, or let in and not yet done. */
type Progress = Readonly<{ state: ModelState; events: readonly Event[]; answer: Answer | Step }>;

/** One indivisible part of what a request does. */
type Step = (state: ModelState) => Progress;

/** What may come of requests: a state, the answer to each of them, and what the audit tells. */
export type Outcome = Readonly<{
  state: ModelState;
  answers: readonly Answer[];
  events: readonly Event[];
}>;

/**
 * Every outcome that requests at one time may have: of each order in which their
 * steps can be taken, one after the other.
 */
export function outcomesOf(state: ModelState, requests: readonly Request[]): readonly Outcome[] {
  return finish({ state, answers: requests.map(stepOf), events: [] });
}

type Unfinished = Readonly<{
  state: ModelState;
  answers: readonly (Answer | Step)[];
  events: readonly Event[];
}>;

function finish({ state, answers, events }: Unfinished): readonly Outcome[] {
  const waiting = [...answers.keys()].filter((index) => typeof answers[index] === 'function');
  if (waiting.length === 0) return [{ state, answers: answers.filter(isAnswer), events }];
  return waiting.flatMap((index) => {
    const step = answers[index];
    if (typeof step !== 'function') return [];
    const taken = step(state);
    return finish({
      state: taken.state,
      answers: answers.with(index, taken.answer),
      events: [...events, ...taken.events],
    });
  });
}

function isAnswer(answer: Answer | Step): answer is Answer {
  return typeof answer !== 'function';
}

function stepOf(request: Request): Step {
  switch (request.kind) {
    case 'refresh':
      return (state) => refresh(state, request.session, request.number);
    case 'refresh_in_vain':
      return (state) => refreshInVain(state, request.session, request.flaw);
    case 'logout':
      // By a token whose session has ended it is fine, and ends nothing.
      return (state) => ({ ...end(state, [request.session], 'logout'), answer: { status: 204 } });
    case 'logout_all':
      return (state) => letIn(state, request.session, (later) => logoutAll(later, request));
    case 'end_one':
      return (state) => letIn(state, request.session, (later) => endOne(later, request));
  }
}

const REFUSED: Answer = { status: 401, code: 'refresh_token_invalid' };

function refresh(state: ModelState, session: number, number: number): Progress {
  const found = state[session];
  if (!found) throw new Error(`There is no session ${session}`);
  if (found.life !== 'live') return reject(state, session, found.life);
  if (number > found.number) return reject(state, session, 'ahead');
  if (number === found.number) {
    const highest = Math.max(found.highest, number + 1);
    const rotated = { ...found, number: number + 1, highest, isInGrace: true };
    return { state: state.with(session, rotated), events: [], answer: { status: 200, number: number + 1 } };
  }
  if (number === found.number - 1 && found.isInGrace)
    return { state, events: [], answer: { status: 200, number: found.number } };
  return {
    state: state.with(session, { ...found, life: 'ended' }),
    events: [{ type: 'session.refresh_token_reused', session, reason: null }],
    answer: REFUSED,
  };
}

function refreshInVain(state: ModelState, session: number, { kind }: Flaw): Progress {
  // Genuine, so the audit tells; what was forged is nobody's story.
  if (kind === 'wrong_place')
    return {
      ...reject(state, session, 'tenant_mismatch'),
      answer: { status: 403, code: 'tenant_mismatch' },
    };
  return { state, events: [], answer: REFUSED };
}

function reject(state: ModelState, session: number, reason: string): Progress {
  return {
    ...{ state, answer: REFUSED },
    events: [{ type: 'session.refresh_token_rejected', session, reason }],
  };
}

/** Whether the credential holds is one step, and what it lets in is another: others may come between. */
function letIn(state: ModelState, session: number, then: Step): Progress {
  if (state[session]?.life === 'live') return { state, events: [], answer: then };
  return { state, events: [], answer: { status: 401, code: 'session_revoked' } };
}

type LogoutAll = Extract<Request, Readonly<{ kind: 'logout_all' }>>;

function logoutAll(state: ModelState, { session, isCurrentKept }: LogoutAll): Progress {
  const theirs = [...state.keys()].filter((index) => state[index]?.user === state[session]?.user);
  const chosen = theirs.filter((index) => !(isCurrentKept && index === session));
  return { ...end(state, chosen, 'logout_all'), answer: { status: 204 } };
}

type EndOne = Extract<Request, Readonly<{ kind: 'end_one' }>>;

function endOne(state: ModelState, { session, other }: EndOne): Progress {
  const isTheirs = state[other]?.user === state[session]?.user;
  if (!isTheirs || state[other]?.life !== 'live')
    return { state, events: [], answer: { status: 404, code: 'not_found' } };
  return { ...end(state, [other], 'revoked'), answer: { status: 204 } };
}

function end(state: ModelState, chosen: readonly number[], reason: string) {
  const ended = chosen.filter((index) => state[index]?.life === 'live');
  return {
    state: state.map((session, index) =>
      ended.includes(index) ? { ...session, life: 'ended' as const } : session,
    ),
    events: ended.map((session) => ({ type: 'session.ended', session, reason })),
  };
}

/** What time or an operator does to a session. */
export type Happening =
  | Readonly<{ kind: 'expires'; session: number; limit: 'idle' | 'absolute' | 'inactivity' }>
  | Readonly<{ kind: 'grace_passes'; session: number }>
  /** Its row is that of a backup, from before its last so many rotations. */
  | Readonly<{ kind: 'is_restored'; session: number; rotations: number }>;

/** The state after something happened that nobody asked for. */
export function afterwards(state: ModelState, happening: Happening): ModelState {
  const { session } = happening;
  const found = state[session];
  if (!found) throw new Error(`There is no session ${session}`);
  switch (happening.kind) {
    case 'expires':
      return state.with(session, { ...found, life: found.life === 'live' ? 'expired' : found.life });
    case 'grace_passes':
      return state.with(session, { ...found, isInGrace: false });
    case 'is_restored': {
      const number = Math.max(0, found.number - happening.rotations);
      return state.with(session, { ...found, number, isInGrace: false });
    }
  }
}
