import {
  floor,
  forgottenTokens,
  GATEHOUSE,
  gatehouse,
  peer,
  peerSession,
  seenTokens,
  unseenTokens,
} from './contenders.ts';
import type { Contest } from './contest.ts';

const VERIFY_AND_FUNCTION = 'floor: verify, one SQL function';

/** The session check of a session that is not remembered: asked of Postgres, by a token that nobody has shown before. */
export const SESSION: Contest = {
  name: 'session',
  title: 'Session check asking Postgres, row-level security on (`GET /auth/me`, session not remembered)',
  connections: 16,
  contenders: [
    gatehouse(forgottenTokens),
    floor(VERIFY_AND_FUNCTION, ['session.ts', 'unseen-function'], forgottenTokens),
    floor('verify, every column of the answer', ['session.ts', 'unseen-answer'], forgottenTokens),
    floor('plain select, no row-level security', ['session.ts', 'unseen-select'], forgottenTokens),
  ],
  goals: [{ of: GATEHOUSE, against: VERIFY_AND_FUNCTION, atLeast: 0.8, by: 'cpu' }],
};

const PEER = 'get-session';
const MEMOISED = 'floor: memoised verify';

/** A token that was seen before. */
export const ME: Contest = {
  name: 'me',
  title: '`GET /auth/me`, token seen before',
  connections: 16,
  contenders: [
    gatehouse(seenTokens),
    floor('one SQL function', ['session.ts', 'function'], seenTokens),
    floor(MEMOISED, ['token.ts', 'memoised'], seenTokens),
    floor('bare GET', ['bare.ts', ''], seenTokens),
    peer(PEER, '', peerSession),
  ],
  goals: [
    { of: GATEHOUSE, against: MEMOISED, atLeast: 0.85, by: 'cpu' },
    { of: GATEHOUSE, against: `peer: ${PEER}`, atLeast: 25, by: 'cpu' },
  ],
};

/** A token that nobody has shown before, of a session that is known. */
export const ME_UNSEEN: Contest = {
  name: 'me-unseen',
  title: '`GET /auth/me`, token never seen (ES256)',
  connections: 16,
  contenders: [
    gatehouse(unseenTokens),
    floor(VERIFY_AND_FUNCTION, ['session.ts', 'unseen-function'], unseenTokens),
    floor('verify, every column of the answer', ['session.ts', 'unseen-answer'], unseenTokens),
    floor('verify alone', ['token.ts', 'verified'], unseenTokens),
  ],
  goals: [{ of: GATEHOUSE, against: VERIFY_AND_FUNCTION, atLeast: 0.92, by: 'cpu' }],
};

/** What a request costs before anything is done for it. */
export const BARE: Contest = {
  name: 'wrk',
  title: 'A bare GET, sent by autocannon and by wrk',
  connections: 16,
  contenders: [floor('bare GET, sent by autocannon', ['bare.ts', ''], seenTokens)],
  goals: [],
};
