import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbedded } from '../adapters/postgres/embedded/index.ts';
import type { DatabaseAddress, DatabaseRole } from '../adapters/postgres/pools.ts';
import type { Config } from '../config/index.ts';

/** Where the database is for each of the three roles. */
export type Databases = Readonly<{
  app: DatabaseAddress;
  /** As the role that serves, and not through a pooler: where it can be woken. */
  direct: DatabaseAddress;
  /** `null`: this process runs no jobs over all tenants. */
  system: DatabaseAddress | null;
  /** `null`: this process does not migrate, and waits until somebody else has. */
  owner: DatabaseAddress | null;
  /** The login over which the roles are to be made, or `null` where they exist beforehand. */
  provisioner: DatabaseAddress | null;
  /** Whether each login must itself be the role, and not merely take it. */
  isOwnLogin: boolean;
  embedded: EmbeddedPostgres | null;
}>;

/** Finds the database that the configuration names, or starts the embedded one where it names none. */
export async function findDatabases(config: Config, log: (message: string) => void): Promise<Databases> {
  const { url, ownerUrl, systemUrl, directUrl } = config.database;
  if (url === null && ownerUrl === null) return embeddedDatabases(config, log);
  const isOwnLogin = config.environment === 'production' || config.environment === 'staging';
  const addressOf = (text: string | null, role: DatabaseRole): DatabaseAddress | null =>
    text === null ? null : addressFor(config, text, isOwnLogin ? null : role);
  const owner = addressOf(ownerUrl, 'gatehouse_owner');
  const app = addressOf(url, 'gatehouse_app') ?? owner;
  if (!app) throw new Error('No database is configured');
  return {
    app,
    direct: addressOf(directUrl, 'gatehouse_app') ?? app,
    owner,
    system: addressOf(systemUrl, 'gatehouse_system'),
    provisioner: !isOwnLogin && ownerUrl === url && url !== null ? addressFor(config, url, null) : null,
    isOwnLogin,
    embedded: null,
  };
}

async function embeddedDatabases(config: Config, log: (message: string) => void): Promise<Databases> {
  const embedded = await startEmbedded({ dir: join(config.dataDir, 'postgres'), log });
  const addressOf = (user: string): DatabaseAddress => ({
    connection: { ...embedded.connection, user },
    role: null,
    ssl: false,
  });
  return {
    app: addressOf('gatehouse_app'),
    direct: addressOf('gatehouse_app'),
    system: addressOf('gatehouse_system'),
    owner: addressOf('gatehouse_owner'),
    provisioner: addressOf(embedded.connection.user),
    isOwnLogin: true,
    embedded,
  };
}

/** The URLs of the configuration say nothing of TLS, which would override this in the driver. */
function addressFor(
  { database }: Config,
  connectionString: string,
  role: DatabaseRole | null,
): DatabaseAddress {
  const ca = database.ca === null ? {} : { ca: database.ca };
  const ssl =
    database.ssl === 'disable' ? false : { rejectUnauthorized: database.ssl === 'verify-full', ...ca };
  return { connection: { connectionString }, role, ssl };
}
