import { setTimeout as wait } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import { PlaceDataUnusable } from '../adapters/geo/open-places.ts';
import { EmbeddedPostgresError } from '../adapters/postgres/embedded/index.ts';
import { MigrationFailed, MigrationRefused } from '../adapters/postgres/migrations/errors.ts';
import { WrongDatabaseRole } from '../adapters/postgres/pools.ts';
import { type Config, ConfigInvalid, findMisspelt, loadEnvironment, readConfig } from '../config/index.ts';
import {
  DataFolderUnusable,
  loadOrCreateSecretKey,
  SecretKeyFileBroken,
  SecretKeyUnreadable,
} from '../config/secret-key.ts';
import { SecretUnreadable } from '../core/kernel/ports.ts';
import { DEFAULT_SLUG } from '../core/tenants/index.ts';
import { bannerOf } from './banner.ts';
import { type App, compose } from './compose.ts';
import { type Databases, findDatabases } from './databases.ts';
import { type Log, type Logger, openLog } from './logger.ts';
import { withRealPort } from './real-port.ts';
import { prepareSchema, refuseUnfitSchema, refuseWrongRoles, untilAvailable } from './start-up.ts';

/** Everything must be over within 15 s of SIGTERM. */
const CLOSE_MAX_MS = 14_000;
/** How long `/ready` says no before connections are refused, so that a balancer sees it. */
const DRAIN_MS = 2_000;

const PORT_TAKEN =
  'The port is taken, maybe by another Gatehouse. Stop what has it, or choose another: PORT=8081 npm start';

const REFUSALS = [
  ConfigInvalid,
  DataFolderUnusable,
  EmbeddedPostgresError,
  MigrationFailed,
  MigrationRefused,
  PlaceDataUnusable,
  SecretKeyFileBroken,
  SecretKeyUnreadable,
  SecretUnreadable,
  WrongDatabaseRole,
];

async function main(): Promise<void> {
  const environment = loadEnvironment();
  const config = await withRealPort(readConfig(environment));
  const log = openLog(config.logLevel);
  const { logger } = log;
  for (const misspelt of findMisspelt(environment)) logger.warn(misspelt);
  const opening = open(config, log);
  let isStopping = false;

  // From the first moment on: a signal while Postgres is starting must not leave it behind.
  closeWithGrace({ delay: CLOSE_MAX_MS, logger }, async ({ err }) => {
    isStopping = true;
    const opened = await opening.catch(() => null);
    opened?.app.drain();
    if (err) logger.fatal({ err }, 'stopping after an error that nobody caught');
    else if (config.environment === 'production' || config.environment === 'staging') await wait(DRAIN_MS);
    await opened?.app.close();
    await log.flush();
  });

  const { app, databases } = await opening;
  try {
    await app.http.listen({ host: config.host, port: config.port });
    const step = () => setUp(app, databases, logger);
    const onWaiting = (cause: unknown) => {
      logger.warn({ err: cause }, 'waiting for the database');
      if (config.environment === 'development') process.stderr.write(waitingFor(cause));
    };
    await untilAvailable(step, () => isStopping, onWaiting);
  } catch (error) {
    // The refusal is what matters; an embedded database that nobody else uses is not left running.
    await app.close().catch(() => undefined);
    throw error;
  }
  if (isStopping) return;
  app.open();
  app.revocations.start();
  app.worker?.start();
  if (app.worker && !app.worker.hasMailTransport) {
    logger.warn('no mail transport is configured: mails wait in the outbox until SMTP_HOST is set');
  }
  if (config.environment === 'development') log.print(await banner(app, config, databases));
}

type Opened = Readonly<{ app: App; databases: Databases }>;

async function open(config: Config, { logger, countDroppedLines }: Log): Promise<Opened> {
  const secretKeys = config.secretKeys ?? [await loadOrCreateSecretKey(config.dataDir)];
  const databases = await findDatabases(config, (message) => logger.debug(message));
  try {
    const options = { config, secretKeys, databases, logger, droppedLogLines: countDroppedLines };
    return { app: await compose(options), databases };
  } catch (error) {
    await databases.embedded?.stopIfLast();
    throw error;
  }
}

async function setUp(app: App, databases: Databases, logger: Logger): Promise<void> {
  await app.limits.connect();
  await prepareSchema(databases, logger);
  await refuseWrongRoles(app, databases);
  await refuseUnfitSchema(app.readiness);
  await app.services.ensureInstalled();
}

async function banner({ services }: App, config: Config, { embedded }: Databases): Promise<string> {
  const embeddedIn = embedded?.folder ?? null;
  if (config.worker === 'only')
    return bannerOf({ ...config, servesOnlyProbes: true, firstOwnerToken: null, embeddedIn });
  const tenant = await services.tenants.findBySlug(DEFAULT_SLUG);
  const firstOwnerToken = tenant && (await services.invite.firstOwner(tenant));
  return bannerOf({ ...config, servesOnlyProbes: false, firstOwnerToken, embeddedIn });
}

/** For who sits before the first start, and wonders why there is no banner. */
function waitingFor(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return (
    `\n  Gatehouse waits for its database: ${reason}\n` +
    '  Without DATABASE_URL (or DATABASE_HOST) it starts one of its own.\n\n'
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`Gatehouse does not start: ${textOf(error)}\n`, () => process.exit(1));
});

/** What an operator can mend is told without a stack. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOurs = REFUSALS.some((refusal) => error instanceof refusal);
  if (isOurs) return error.message;
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen') return String(error.stack);
  return code === 'EADDRINUSE' ? `${error.message}. ${PORT_TAKEN}` : error.message;
}
