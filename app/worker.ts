import { createMailQueue } from '../adapters/postgres/mail-queue.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createSystemAccess } from '../adapters/postgres/system-access.ts';
import type { Config } from '../config/index.ts';
import { createDeliverMails, type MailTransport } from '../core/notifications/index.ts';
import type { Logger } from './logger.ts';
import type { Services } from './services.ts';

const DELIVER_EVERY_MS = 250;
const SWEEP_EVERY_MS = 60 * 60 * 1000; // an hour
const PARTITIONS_EVERY_MS = 24 * 60 * 60 * 1000; // a day
const RETRY_MS = 60 * 1000; // a minute, where a daily or hourly job failed

export type WorkerOptions = Readonly<{
  config: Config;
  services: Services;
  /** Connections that act as `gatehouse_system`. */
  pool: Pool;
  /** `null`: nobody delivers mails yet, so they wait. */
  transport: MailTransport | null;
  logger: Logger;
}>;

/** The jobs over all tenants. */
export interface Worker {
  start(): void;
  /** Runs one job now, whatever its schedule. */
  runOnce(name: JobName): Promise<void>;
  /** Lets the jobs under way come to their end and begins no other. */
  stop(): Promise<void>;
}

export type JobName = 'sweep' | 'audit partitions' | 'mail';
type Job = Readonly<{
  name: JobName;
  everyMs: number;
  /** Does one batch, and says whether there may be more. */
  run(): Promise<boolean>;
}>;

export function createWorker({ config, services, pool, transport, logger }: WorkerOptions): Worker {
  const system = createSystemAccess(pool);
  const jobs: Job[] = [
    { name: 'sweep', everyMs: SWEEP_EVERY_MS, run: () => system.sweep() },
    {
      name: 'audit partitions',
      everyMs: PARTITIONS_EVERY_MS,
      run: async () => {
        await system.keepAuditPartitions(config.auditRetentionMonths);
        return false;
      },
    },
  ];
  if (transport) {
    const queue = createMailQueue({ pool, box: services.box, random: Math.random });
    const onFailure = (mailId: string, error: unknown) =>
      logger.warn({ mail_id: mailId, err: error }, 'a mail could not be delivered');
    const deliver = createDeliverMails({ queue, transport, publicUrl: config.publicUrl, onFailure });
    jobs.push({ name: 'mail', everyMs: DELIVER_EVERY_MS, run: async () => (await deliver()) > 0 });
  }
  return schedule(jobs, logger);
}

function schedule(jobs: readonly Job[], logger: Logger): Worker {
  const timers = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let isStopped = false;

  const runThenWait = (job: Job): void => {
    const turn = untilDone(job, () => isStopped).then(
      () => job.everyMs,
      (error: unknown) => {
        logger.warn({ job: job.name, err: error }, 'a job failed and will be tried again');
        return Math.min(job.everyMs, RETRY_MS);
      },
    );
    const done = turn.then((waitMs) => {
      underWay.delete(done);
      if (!isStopped)
        timers.set(
          job.name,
          setTimeout(() => runThenWait(job), waitMs),
        );
    });
    underWay.add(done);
  };

  return {
    start: () => jobs.forEach(runThenWait),
    async runOnce(name) {
      const job = jobs.find((candidate) => candidate.name === name);
      if (job) await untilDone(job, () => isStopped);
    },
    async stop() {
      isStopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

/** Batch after batch, until there is no more to do or the worker is to stop. */
async function untilDone({ run }: Job, isStopped: () => boolean): Promise<void> {
  while (!isStopped() && (await run()));
}
