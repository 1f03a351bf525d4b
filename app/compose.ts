import { openPlaces } from '../adapters/geo/open-places.ts';
import { ownOrigins } from '../adapters/http/access/origins.ts';
import { createHttpServer } from '../adapters/http/server.ts';
import { createDevMailbox } from '../adapters/postgres/dev-mailbox.ts';
import { openPool, type Patience, REQUEST_PATIENCE } from '../adapters/postgres/pools.ts';
import { createDatabaseReadiness } from '../adapters/postgres/readiness.ts';
import type { Config } from '../config/index.ts';
import type { Databases } from './databases.ts';
import { createLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { createAppMetrics } from './metrics.ts';
import { UNREADABLE } from './reload-keys.ts';
import { createRevocations } from './revocations.ts';
import { createServices } from './services.ts';
import { createUseCases } from './use-cases.ts';
import { VERSION } from './version.ts';
import { createWorker } from './worker.ts';

/** System connections: jobs run one after the other, and the development mailbox is read beside them. */
const SYSTEM_POOL_MAX = 3;

export type ComposeOptions = Readonly<{
  /** How long a request waits for the database. Default is within a second, all in all. */
  patience?: Patience;
  config: Config;
  secretKeys: readonly string[];
  databases: Databases;
  logger: Logger;
  /** How many lines the log has dropped so far, for the metrics. Default is none. */
  droppedLogLines?: () => number;
}>;
export type App = Awaited<ReturnType<typeof compose>>;

/** Builds the whole service. The one place where a port meets its adapter. Connects nowhere yet. */
export async function compose({
  config,
  secretKeys,
  databases,
  logger,
  droppedLogLines = () => 0,
  patience = REQUEST_PATIENCE,
}: ComposeOptions) {
  const places = await openPlaces(config.geoipDb);
  const onIdleError = (error: Error) => logger.warn({ err: error }, 'a database connection was lost');
  const pool = openPool({
    ...{ address: databases.app, sizeMax: config.database.poolMax, onIdleError },
    patience,
  });
  const isDevelopment = config.environment === 'development';
  const systemAddress = config.worker !== 'off' || isDevelopment ? databases.system : null;
  const systemPool =
    systemAddress && openPool({ address: systemAddress, sizeMax: SYSTEM_POOL_MAX, onIdleError });
  const onUnreadable = () => logger.error(UNREADABLE);
  const services = createServices({ config, secretKeys, pool, onUnreadable });
  const readiness = createDatabaseReadiness(pool);
  const limits = createLimits(config.redis, logger);
  const state = { isOpen: false, isDraining: false };
  const devMailbox = systemPool && isDevelopment ? createDevMailbox(systemPool) : null;
  const worker =
    systemPool && config.worker !== 'off'
      ? createWorker({ config, services, pool: systemPool, mailbox: devMailbox, logger })
      : null;
  const metrics = createAppMetrics({
    ...{ services, pool, systemPool },
    mailBacklog: worker?.mailBacklog ?? null,
    rateLimitMode: () => limits.mode(),
    droppedLogLines,
  });

  const useCases = createUseCases({ config, services, places, pool, logger, metrics });
  const revocations = createRevocations({ ...useCases, address: databases.direct, logger });
  const http = await createHttpServer({
    ...useCases,
    ...edgeSettings(config),
    ...{ logger, devMailbox, places },
    limiter: limits.limiter,
    onRateDecision: (limitClass, isAllowed) =>
      metrics.countRateLimitDecision(limitClass, isAllowed ? 'allowed' : 'limited'),
    ...{ countRequest: metrics.countRequest, scrapeMetrics: metrics.scrape },
    countSignIn: metrics.countSignIn,
    newId: services.crypto.newId,
    isOpen: () => state.isOpen,
    isReady: async () => state.isOpen && !state.isDraining && (await readiness.isReady()),
    isDatabaseUp: () => readiness.isUp(),
    redisStatus: () => limits.redisStatus(),
  });

  return {
    ...{ http, services, revocations, metrics, limits, pool, systemPool, readiness, worker, devMailbox },
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
      await revocations.stop();
      await worker?.stop();
      metrics.stop();
      await limits.close();
      await Promise.all([pool.end(), systemPool?.end()]);
      await databases.embedded?.stopIfLast();
    },
  };
}

/** What the HTTP edge is told of the configuration. */
function edgeSettings(config: Config) {
  return {
    isDocsOn: config.isDocsOn,
    publicUrl: config.publicUrl,
    version: VERSION,
    corsOrigins: config.corsOrigins,
    hasAccessCookie: config.jwtTokenLocation === 'headers,cookies',
    trustedProxies: config.trustedProxies,
    rateLimits: config.rateLimits,
    metricsCredentials: config.metricsCredentials,
    ownOrigins: ownOrigins(config.publicUrl, config.port, config.environment === 'development'),
    servesOnlyProbes: config.worker === 'only',
  };
}
