import { createCredentialLookup } from '../adapters/postgres/credential-lookup.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createSessionStore } from '../adapters/postgres/session-store.ts';
import type { Config } from '../config/index.ts';
import { createAcceptInvitation } from '../core/invitations/index.ts';
import { createFindLink } from '../core/one-time-tokens/index.ts';
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

export type UseCasesOptions = Readonly<{
  config: Config;
  services: Services;
  pool: Pool;
  logger: Logger;
}>;

/** What the HTTP edge calls. */
export function createUseCases({ config, services, pool, logger }: UseCasesOptions) {
  const { unitOfWork, macKeys } = services;
  const sessionStore = createSessionStore({ pool, graceSeconds: config.refreshReuseGraceSeconds });
  const registration = { ...services, verificationLifetimeSeconds: config.emailVerificationSeconds };
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
    login: createLogin({ ...signIn, credentials: createCredentialLookup(pool), inBackground }),
    refresh: createRefresh({ ...issuing, sessionStore }),
    readRefreshToken: createReadRefreshToken(macKeys),
    authenticate: createAuthenticate({ ...issuing, sessionStore }),
    endSessions: createEndSessions(unitOfWork),
    acceptInvitation: createAcceptInvitation(signIn),
    findLink: createFindLink(services),
  };
}
