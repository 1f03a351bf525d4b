import {
  floor,
  floorLogins,
  floorRefreshTokens,
  GATEHOUSE,
  gatehouse,
  logins,
  peer,
  peerLogins,
  peerRegistrations,
  peerSession,
  publicGet,
  refreshTokens,
  registrations,
} from './contenders.ts';
import type { Contest } from './contest.ts';

const RLS_FUNCTION = 'floor: RLS function';

/** Spending a refresh token for the next one. */
export const REFRESH: Contest = {
  name: 'refresh',
  title: 'Refresh rotation (`POST /auth/refresh`)',
  connections: 16,
  contenders: [
    gatehouse(refreshTokens),
    floor(RLS_FUNCTION, ['refresh.ts', 'function'], floorRefreshTokens('function')),
    floor('floor: RLS function, with an audit row', ['refresh.ts', 'audited'], floorRefreshTokens('audited')),
    floor('plain CTE, no row-level security', ['refresh.ts', 'cte'], floorRefreshTokens('cte')),
    peer('a session renewed, no rotation', 'refresh', peerSession),
  ],
  goals: [{ of: GATEHOUSE, against: RLS_FUNCTION, atLeast: 0.8, by: 'cpu' }],
};

const COMPOSITE = 'floor: composite';
const RAW = 'raw Argon2 verify';
/**
 * Argon2 at 64 MiB and 3 passes: a few tens of them a second. Three in flight keep every core busy; with many more the
 * service would say that there are too many, which is another row's matter.
 */
const SLOW = { connections: 3, cores: 'all', slowness: 2 } as const;

/** Signing in by password. */
export const LOGIN: Contest = {
  name: 'login',
  title: 'Password login, Argon2id 64 MiB t=3 p=2 (`POST /auth/login`), every core',
  ...SLOW,
  contenders: [
    gatehouse(logins),
    floor(COMPOSITE, ['password.ts', 'composite'], floorLogins),
    floor(RAW, ['password.ts', 'raw'], floorLogins),
    peer('sign-in/email', '', peerLogins),
  ],
  goals: [
    { of: GATEHOUSE, against: COMPOSITE, atLeast: 0.95, by: 'rate' },
    { of: GATEHOUSE, against: RAW, atLeast: 0.85, by: 'rate' },
  ],
};

/** Signing up. */
export const REGISTER: Contest = {
  name: 'register',
  title: 'Registration (`POST /auth/register`), every core',
  ...SLOW,
  contenders: [
    gatehouse(registrations),
    floor(COMPOSITE, ['password.ts', 'composite'], registrations),
    peer('sign-up/email', '', peerRegistrations),
  ],
  goals: [],
};

/** What counting costs. */
export const LIMITER: Contest = {
  name: 'limiter',
  title: 'A public GET with the service’s limits counted in its process, and without',
  connections: 16,
  contenders: [
    floor('with limits', ['limiter.ts', 'limited'], publicGet),
    floor('without', ['limiter.ts', ''], publicGet),
  ],
  goals: [],
};
