import type { Pool } from '../adapters/postgres/pools.ts';
import { createSealedMails } from '../adapters/postgres/sealed-mails.ts';
import { SYSTEM } from '../core/audit/index.ts';
import { createReencrypt, type Reencrypt } from '../core/installation/index.ts';
import { NO_REQUEST } from '../core/kernel/request-context.ts';
import type { Job } from './job.ts';
import type { Services } from './services.ts';

/** How often the keys and what is sealed are looked at: a rotation that is due comes at most so much late. */
const LOOK_EVERY_MS = 60 * 1000; // a minute

export type KeyJobsOptions = Readonly<{
  services: Services;
  /** Connections that act as `gatehouse_system`. */
  pool: Pool;
}>;

/** Rotates signing keys on schedule, and seals anew what an older `SECRET_KEY` sealed. */
export function createKeyJobs({ services, pool }: KeyJobsOptions): readonly Job[] {
  const reencrypt = createReencryption(services, pool);
  return [
    {
      name: 'signing keys',
      everyMs: LOOK_EVERY_MS,
      async run() {
        await services.signingKeys.keep();
        return false;
      },
    },
    {
      name: 're-encryption',
      everyMs: LOOK_EVERY_MS,
      async run(isStopped) {
        await reencrypt({ actor: SYSTEM, context: NO_REQUEST }, isStopped);
        return false;
      },
    },
  ];
}

/** The re-encryption of everything that is sealed, for server and command line. */
export function createReencryption(services: Services, pool: Pool): Reencrypt {
  const { unitOfWork, tenants, box, signingKeys } = services;
  return createReencrypt({
    ...{ unitOfWork, tenants, resealKeys: signingKeys.reseal },
    sealedMails: createSealedMails({ pool, box }),
  });
}
