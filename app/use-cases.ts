import type { Metrics } from '../adapters/metrics/metrics.ts';
import { createAttemptStore } from '../adapters/postgres/attempts.ts';
import { createCredentialLookup } from '../adapters/postgres/credential-lookup.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createSessionStore } from '../adapters/postgres/session-store.ts';
import type { Config } from '../config/index.ts';
import { createAcceptInvitation } from '../core/invitations/index.ts';
import { createFindLink } from '../core/one-time-tokens/index.ts';
import type { AttemptKey } from '../core/protection/index.ts';
import { createRegister, createResendVerification, createVerifyEmail } from '../core/registration/index.ts';
import {
  createAuthenticate,
  createEndSessions,
  createReadRefreshToken,
  createRefresh,
} from '../core/sessions/index.ts';
import { createLogin } from '../core/sign-in/index.ts';
import type { Logger } from './logger.ts';
import type { Services } from './services.ts';
import { inTurn } from './sign-in-turns.ts';

export type UseCasesOptions = Readonly<{
  config: Config;
  services: Services;
  pool: Pool;
  logger: Logger;
  metrics: Pick<Metrics, 'countLock'>;
}>;

/** What the HTTP edge calls. */
export function createUseCases({ config, services, pool, logger, metrics }: UseCasesOptions) {
  const { unitOfWork, macKeys } = services;
  const sessionStore = createSessionStore({ pool, graceSeconds: config.refreshReuseGraceSeconds });
  const attempts = createAttemptStore(pool);
  const onLocked = (keys: readonly AttemptKey[]): void => {
    for (const { name } of keys) metrics.countLock(name);
  };
  const registration = {
    ...services,
    attempts,
    onLocked,
    verificationLifetimeSeconds: config.emailVerificationSeconds,
  };
  const issuing = { ...services, issuer: config.publicUrl, accessTokenSeconds: config.accessTokenSeconds };
  const signIn = {
    ...issuing,
    refreshTokenSeconds: config.refreshTokenSeconds,
    refreshTokenLifetimeSeconds: config.refreshTokenLifetimeSeconds,
  };
  const inBackground = (task: () => Promise<void>): void => {
    task().catch((error: unknown) => logger.warn({ err: error }, 'background work was given up'));
  };

  return {
    ...services,
    register: createRegister(registration),
    verifyEmail: createVerifyEmail(registration),
    resendVerification: createResendVerification(registration),
    login: inTurn(
      services.signInTurns,
      createLogin({
        ...signIn,
        attempts,
        onLocked,
        credentials: createCredentialLookup(pool),
        maxLoginAttemptsPerAddress: config.maxLoginAttemptsPerIp,
        inBackground,
      }),
    ),
    refresh: createRefresh({ ...issuing, sessionStore }),
    readRefreshToken: createReadRefreshToken(macKeys),
    authenticate: createAuthenticate({ ...issuing, sessionStore }),
    endSessions: createEndSessions(unitOfWork),
    acceptInvitation: createAcceptInvitation(signIn),
    findLink: createFindLink(services),
  };
}
