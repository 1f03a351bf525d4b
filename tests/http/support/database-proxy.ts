import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { DatabaseAddress } from '../../../adapters/postgres/pools.ts';
import type { TestDatabase } from '../../support/postgres.ts';

/** What stands in the URL where the server asks for no password. */
export const DATABASE_PASSWORD = 'marker-database-password';

export type ProxiedDatabase = Readonly<{
  /** The database as it is reached through the proxy, by URL. */
  database: TestDatabase;
  /** The database is away: connections are cut, and new ones refused. */
  refuse(): Promise<void>;
  /** The database is away: connections are cut, and new ones taken and never answered. */
  hang(): Promise<void>;
  /** The database is back, at the same port. */
  restore(): Promise<void>;
  close(): Promise<void>;
}>;

/** Puts a proxy on loopback in front of a database, so that it can be away for one service alone. */
export async function proxyDatabase(database: TestDatabase): Promise<ProxiedDatabase> {
  const target = targetOf(database.address(null));
  const sockets = new Set<Socket>();
  let isHanging = false;
  const accept = (client: Socket): void => {
    track(sockets, client);
    if (isHanging) return;
    const upstream = connect(target);
    track(sockets, upstream);
    client.pipe(upstream).pipe(client);
  };
  let server = await listen(accept, 0);
  const { port } = server.address() as AddressInfo;

  const cut = async (): Promise<void> => {
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : null;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const reopen = async (hanging: boolean): Promise<void> => {
    await cut();
    isHanging = hanging;
    server = await listen(accept, port);
  };

  return {
    database: { ...database, address: (role) => through(database.address(role), port) },
    refuse: cut,
    hang: () => reopen(true),
    restore: () => reopen(false),
    close: cut,
  };
}

function listen(accept: (socket: Socket) => void, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(accept);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  // The other side of a cut connection may still be writing.
  socket.on('error', () => socket.destroy());
}

function targetOf({ connection }: DatabaseAddress): { path: string } | { host: string; port: number } {
  if ('connectionString' in connection) {
    const { hostname, port } = new URL(connection.connectionString);
    return { host: hostname, port: Number(port || 5432) };
  }
  const { host, port } = connection;
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}

function through({ connection, ...rest }: DatabaseAddress, port: number): DatabaseAddress {
  const url = new URL('connectionString' in connection ? connection.connectionString : asUrl(connection));
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { ...rest, connection: { connectionString: url.href } };
}

function asUrl({ user, database }: Readonly<{ user: string; database: string }>): string {
  return `postgres://${user}:${DATABASE_PASSWORD}@localhost/${database}`;
}
