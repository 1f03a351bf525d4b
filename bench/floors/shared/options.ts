/** What a floor is told when it is started. */
export type FloorOptions = Readonly<{
  port: number;
  /** As the role that serves, bound by row-level security. */
  databaseUrl: string;
  /** As a superuser, for the rows that show what row-level security costs. */
  plainDatabaseUrl: string;
  /** Connections that it may hold: as many as the service. */
  poolMax: number;
  kid: string;
  /** PEM. */
  privateKey: string;
  publicKey: string;
  issuer: string;
  tenantId: string;
  argon2: Readonly<{ timeCost: number; memoryCost: number; parallelism: number }>;
  /** Which of several ways a floor goes. */
  mode: string;
}>;

/** @throws {SyntaxError} it was started by hand, without them */
export function readOptions(): FloorOptions {
  return JSON.parse(process.argv[2] ?? '');
}
