import type { Expectation, Script } from '../load/protocol.ts';
import { PEER_HEADERS, PEER_PEOPLE } from '../stage/peer.ts';
import { emailOf, PASSWORD, PEOPLE } from '../stage/people.ts';
import type { Stage } from '../stage/stage.ts';
import type { Contender } from './contest.ts';

type MakeScript = Contender['script'];

/** What says that there is too much to do, which is no wrong answer in a storm. */
export const UNAVAILABLE = 503;

/** The name of the line that goals are about. */
export const GATEHOUSE = 'gatehouse';

/** The built service. */
export const gatehouse = (script: MakeScript): Contender => ({
  name: GATEHOUSE,
  start: (stage, cores) => stage.service(cores),
  script,
});

/** One of the bench's own servers, in one of its ways. */
export const floor = (
  name: string,
  [file, mode]: readonly [string, string],
  script: MakeScript,
): Contender => ({
  name,
  start: (stage, cores) => stage.floor(cores, file, mode),
  script,
});

/** better-auth. */
export const peer = (name: string, mode: string, script: MakeScript): Contender => ({
  name: `peer: ${name}`,
  start: async (stage, cores) => (await stage.peer()).start(cores, mode),
  script,
});

const JSON_BODY = { 'content-type': 'application/json' };
const KNOWN_USER: Expectation = { status: 200, holds: '@example.test"' };
const TOKENS: Expectation = { status: 200, holds: '"access_token":"' };

/** `GET /auth/me`, each connection with its own token, again and again. */
export function seenTokens({ people }: Stage): Script {
  return {
    kind: 'repeat',
    requests: people.map(({ accessToken }) => ({
      method: 'GET',
      path: '/auth/me',
      headers: { authorization: `Bearer ${accessToken}` },
    })),
    expect: KNOWN_USER,
  };
}

/** More than a core can check. */
const UNSEEN_PER_SECOND = 20_000;

/** `GET /auth/me`, each request with a token that nobody has shown before. */
export function unseenTokens({ mint }: Stage): Script {
  return { kind: 'unseen', path: '/auth/me', mint, perSecond: UNSEEN_PER_SECOND, expect: KNOWN_USER };
}

/** The same, each request with a session that was last shown longer ago than any is remembered. */
export function forgottenTokens({ mintOfMany: mint }: Stage): Script {
  return { kind: 'unseen', path: '/auth/me', mint, perSecond: UNSEEN_PER_SECOND, expect: KNOWN_USER };
}

const REFRESH = {
  kind: 'chain',
  path: '/auth/refresh',
  headers: JSON_BODY,
  body: '{"refresh_token":"%t"}',
  successor: 'refresh_token',
  expect: TOKENS,
} as const;

/** Refreshing: each connection goes on with the token of its last answer. */
export function refreshTokens({ people }: Stage): Script {
  return refreshesOf(
    GATEHOUSE,
    people.map(({ refreshToken }) => refreshToken),
  );
}

/** The same with tokens of one's own, kept under a name of one's own. */
export const refreshesOf = (chain: string, first: readonly string[]): Script => ({
  ...REFRESH,
  chain,
  first,
});

/** The same at the floor, whose sessions are its own. */
export const floorRefreshTokens =
  (mode: string): MakeScript =>
  async (stage) => ({ ...REFRESH, chain: mode, first: await stage.floorTokens(mode) });

/** Signing in, one account after the other. */
export const logins = (): Script => loginsWith({ transport: 'token' });

/** The same for a floor, which knows no transports. */
export const floorLogins = (): Script => loginsWith({});

function loginsWith(more: object): Script {
  return {
    ...{ kind: 'numbered', counter: 'login', path: '/auth/login', headers: JSON_BODY, cycle: PEOPLE },
    body: JSON.stringify({ email: emailOf('%n'), password: PASSWORD, ...more }),
    expect: TOKENS,
  };
}

/** Registering: an address that is new each time. */
export function registrations(): Script {
  return {
    ...{ kind: 'numbered', counter: 'register', path: '/auth/register', headers: JSON_BODY, cycle: 1e9 },
    body: JSON.stringify({ email: 'new-%n@example.test', password: PASSWORD, name: 'Ada Lovelace' }),
    expect: { status: 201, holds: '"user":{' },
  };
}

/** What the peer does where somebody is signed in. */
export const peerSession: MakeScript = async (stage) => {
  const { cookies } = await stage.peer();
  return {
    kind: 'repeat',
    requests: cookies.map((cookie) => ({
      method: 'GET',
      path: '/api/auth/get-session',
      headers: { cookie },
    })),
    expect: KNOWN_USER,
  };
};

export function peerLogins(): Script {
  return {
    ...{ kind: 'numbered', counter: 'peer-login', path: '/api/auth/sign-in/email', headers: PEER_HEADERS },
    cycle: PEER_PEOPLE,
    body: JSON.stringify({ email: emailOf('%n'), password: PASSWORD }),
    expect: { status: 200, holds: '"token":"' },
  };
}

export function peerRegistrations(): Script {
  return {
    ...{ kind: 'numbered', counter: 'peer-register', path: '/api/auth/sign-up/email', headers: PEER_HEADERS },
    cycle: 1e9,
    body: JSON.stringify({ email: 'new-%n@example.test', password: PASSWORD, name: 'Ada Lovelace' }),
    expect: { status: 200, holds: '"user":{' },
  };
}

/** A public GET that asks nobody. */
export function publicGet(): Script {
  return {
    kind: 'repeat',
    requests: [{ method: 'GET', path: '/public', headers: {} }],
    expect: KNOWN_USER,
  };
}
