import { openPool, type Pool, refuseWrongRole } from '../../adapters/postgres/pools.ts';
import { createDatabaseReadiness } from '../../adapters/postgres/readiness.ts';
import { type Config, loadEnvironment, type Need, readConfig } from '../../config/index.ts';
import { loadOrCreateSecretKey } from '../../config/secret-key.ts';
import { type Databases, findDatabases } from '../databases.ts';
import { createLogger } from '../logger.ts';
import { createServices, type Services } from '../services.ts';
import { prepareSchema, refuseUnfitSchema, refuseWrongRoles } from '../start-up.ts';

/** The configuration, as far as a command uses it. */
export function configFor(needs: readonly Need[]): Config {
  return readConfig(loadEnvironment(), { needs });
}

/** Runs `work` with the database at hand, started if it is the embedded one and stopped again by the last to leave. */
export async function withDatabases<T>(
  config: Config,
  work: (databases: Databases) => Promise<T>,
): Promise<T> {
  const databases = await findDatabases(config, () => undefined);
  try {
    return await work(databases);
  } finally {
    await databases.embedded?.stopIfLast();
  }
}

export type Workspace = Readonly<{ config: Config; services: Services }>;
export type SystemWorkspace = Workspace & Readonly<{ systemPool: Pool }>;

/** Runs `work` with the operator's use cases over a database that is set up. */
export function withServices<T>(work: (workspace: Workspace) => Promise<T>): Promise<T> {
  return withServicesFor('app', ({ workspace }) => work(workspace));
}

/** The same, with connections that see every tenant beside it. */
export function withSystemServices<T>(work: (workspace: SystemWorkspace) => Promise<T>): Promise<T> {
  return withServicesFor('system', async ({ workspace, databases, onIdleError }) => {
    if (!databases.system) throw new Error('DATABASE_SYSTEM_URL is not set');
    const systemPool = openPool({ address: databases.system, sizeMax: 1, onIdleError });
    try {
      await refuseWrongRole(systemPool, 'gatehouse_system', databases.isOwnLogin);
      return await work({ ...workspace, systemPool });
    } finally {
      await systemPool.end();
    }
  });
}

type Surroundings = Readonly<{
  workspace: Workspace;
  databases: Databases;
  onIdleError(error: Error): void;
}>;

async function withServicesFor<T>(need: Need, work: (all: Surroundings) => Promise<T>): Promise<T> {
  const config = configFor([need]);
  const logger = createLogger('warn', 'stderr');
  const secretKeys = config.secretKeys ?? [await loadOrCreateSecretKey(config.dataDir)];
  return withDatabases(config, async (databases) => {
    const onIdleError = (error: Error) => logger.warn({ err: error }, 'a database connection was lost');
    const pool = openPool({ address: databases.app, sizeMax: 2, onIdleError });
    try {
      if (databases.provisioner) await prepareSchema(databases, logger);
      await refuseWrongRoles({ pool, systemPool: null }, databases);
      await refuseUnfitSchema(createDatabaseReadiness(pool));
      const services = createServices({ config, secretKeys, pool });
      await services.ensureInstalled();
      return await work({ workspace: { config, services }, databases, onIdleError });
    } finally {
      await pool.end();
    }
  });
}

/** Runs `work` with connections that see every tenant, over a database that is set up. */
export async function withSystemPool<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
  const logger = createLogger('warn', 'stderr');
  return withDatabases(configFor(['system']), async (databases) => {
    if (!databases.system) throw new Error('DATABASE_SYSTEM_URL is not set');
    const onIdleError = (error: Error) => logger.warn({ err: error }, 'a database connection was lost');
    const pool = openPool({ address: databases.system, sizeMax: 1, onIdleError });
    try {
      if (databases.provisioner) await prepareSchema(databases, logger);
      await refuseWrongRole(pool, 'gatehouse_system', databases.isOwnLogin);
      await refuseUnfitSchema(createDatabaseReadiness(pool));
      return await work(pool);
    } finally {
      await pool.end();
    }
  });
}
