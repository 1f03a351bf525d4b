import type { Metrics } from '../adapters/metrics/metrics.ts';
import { createAttemptStore } from '../adapters/postgres/attempts.ts';
import { createCredentialLookup } from '../adapters/postgres/credential-lookup.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createSessionStore } from '../adapters/postgres/session-store.ts';
import type { Config } from '../config/index.ts';
import { createAcceptInvitation } from '../core/invitations/index.ts';
import { createFindLink } from '../core/one-time-tokens/index.ts';
import type { AttemptKey, PlaceFinder } from '../core/protection/index.ts';
import { createRegister, createResendVerification, createVerifyEmail } from '../core/registration/index.ts';
import {
  createAuthenticate,
  createEndSessions,
  createListSessions,
  createLogOut,
  createReadRefreshToken,
  createRefresh,
  createRememberedSessions,
  noteInTime,
} from '../core/sessions/index.ts';
import {
  createLogin,
  createReauthenticate,
  createReauthenticationMethods,
  createWatchRefreshes,
} from '../core/sign-in/index.ts';
import type { Logger } from './logger.ts';
import type { Services } from './services.ts';
import { inTurn } from './sign-in-turns.ts';

export type UseCasesOptions = Readonly<{
  config: Config;
  services: Services;
  places: PlaceFinder;
  pool: Pool;
  logger: Logger;
  metrics: Pick<Metrics, 'countLock'>;
}>;

/** What the HTTP edge calls. */
export function createUseCases({ config, services, places, pool, logger, metrics }: UseCasesOptions) {
  const { unitOfWork, macKeys } = services;
  const sessionStore = createSessionStore({ pool, graceSeconds: config.refreshReuseGraceSeconds });
  const { feed, stopwatch } = services;
  const sessions = createRememberedSessions({ sessionStore: noteInTime(sessionStore), feed, stopwatch });
  const attempts = createAttemptStore(pool);
  const credentials = createCredentialLookup(pool);
  const onLocked = (keys: readonly AttemptKey[]): void => {
    for (const { name } of keys) metrics.countLock(name);
  };
  const registration = {
    ...services,
    attempts,
    onLocked,
    verificationLifetimeSeconds: config.emailVerificationSeconds,
  };
  const issuing = {
    ...services,
    places,
    issuer: config.publicUrl,
    accessTokenSeconds: config.accessTokenSeconds,
  };
  const signIn = {
    ...issuing,
    refreshTokenSeconds: config.refreshTokenSeconds,
    refreshTokenLifetimeSeconds: config.refreshTokenLifetimeSeconds,
  };

  return {
    ...services,
    places,
    register: createRegister(registration),
    verifyEmail: createVerifyEmail(registration),
    resendVerification: createResendVerification(registration),
    login: inTurn(
      services.signInTurns,
      createLogin({
        ...signIn,
        attempts,
        onLocked,
        credentials,
        maxLoginAttemptsPerAddress: config.maxLoginAttemptsPerIp,
        inBackground: inBackground(logger),
      }),
    ),
    reauthenticate: inTurn(
      services.signInTurns,
      createReauthenticate({
        ...{ ...issuing, attempts, onLocked, credentials },
        maxLoginAttemptsPerAddress: config.maxLoginAttemptsPerIp,
      }),
    ),
    reauthenticationMethods: createReauthenticationMethods(credentials),
    refresh: createRefresh({
      ...{ ...issuing, sessionStore, sessions },
      onContextChanged: createWatchRefreshes(issuing),
      onNoteLost: (error) => logger.warn({ err: error }, 'from where a session goes on was not noted'),
    }),
    readRefreshToken: createReadRefreshToken(macKeys),
    authenticate: createAuthenticate({ ...issuing, sessions }),
    sessions,
    sessionStore,
    endSessions: createEndSessions(unitOfWork),
    listSessions: createListSessions({ unitOfWork, sessionStore }),
    logOut: createLogOut({ ...services, graceSeconds: config.refreshReuseGraceSeconds }),
    acceptInvitation: createAcceptInvitation(signIn),
    findLink: createFindLink(services),
  };
}

/** Work that may be lost and that nobody waits for. */
const inBackground =
  (logger: Logger) =>
  (task: () => Promise<void>): void => {
    task().catch((error: unknown) => logger.warn({ err: error }, 'background work was given up'));
  };
