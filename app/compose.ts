import { ownOrigins } from '../adapters/http/access/origins.ts';
import { createHttpServer } from '../adapters/http/server.ts';
import { createDevMailbox } from '../adapters/postgres/dev-mailbox.ts';
import { openPool } from '../adapters/postgres/pools.ts';
import { createDatabaseReadiness } from '../adapters/postgres/readiness.ts';
import type { Config } from '../config/index.ts';
import type { Databases } from './databases.ts';
import type { Logger } from './logger.ts';
import { createServices } from './services.ts';
import { createUseCases } from './use-cases.ts';
import { VERSION } from './version.ts';
import { createWorker } from './worker.ts';

/** System connections: jobs run one after the other, and the development mailbox is read beside them. */
const SYSTEM_POOL_MAX = 3;

export type ComposeOptions = Readonly<{
  config: Config;
  secretKeys: readonly string[];
  databases: Databases;
  logger: Logger;
}>;
export type App = Awaited<ReturnType<typeof compose>>;

/** Builds the whole service. The one place where a port meets its adapter. Connects nowhere yet. */
export async function compose({ config, secretKeys, databases, logger }: ComposeOptions) {
  const onIdleError = (error: Error) => logger.warn({ err: error }, 'a database connection was lost');
  const pool = openPool({ address: databases.app, sizeMax: config.database.poolMax, onIdleError });
  const systemPool =
    databases.system && openPool({ address: databases.system, sizeMax: SYSTEM_POOL_MAX, onIdleError });
  const services = createServices({ config, secretKeys, pool });
  const readiness = createDatabaseReadiness(pool);
  const state = { isOpen: false, isDraining: false };
  const devMailbox = systemPool && config.environment === 'development' ? createDevMailbox(systemPool) : null;
  const worker =
    systemPool && createWorker({ config, services, pool: systemPool, transport: devMailbox, logger });

  const http = await createHttpServer({
    ...createUseCases({ config, services, pool, logger }),
    ...{ logger, devMailbox, isDocsOn: config.isDocsOn, publicUrl: config.publicUrl, version: VERSION },
    corsOrigins: config.corsOrigins,
    ownOrigins: ownOrigins(config.publicUrl, config.port, config.environment === 'development'),
    newId: services.crypto.newId,
    isOpen: () => state.isOpen,
    isReady: async () => state.isOpen && !state.isDraining && (await readiness.isReady()),
    isDatabaseUp: () => readiness.isUp(),
  });

  return {
    ...{ http, services, pool, systemPool, readiness, worker, devMailbox },
    /** From now on requests are served. */
    open() {
      state.isOpen = true;
    },
    /** From now on `/ready` says no. */
    drain() {
      state.isDraining = true;
    },
    /** In the reverse order of making: finish requests, then jobs, then let go of the database. */
    async close() {
      await http.close();
      await worker?.stop();
      await Promise.all([pool.end(), systemPool?.end()]);
      await databases.embedded?.stopIfLast();
    },
  };
}
