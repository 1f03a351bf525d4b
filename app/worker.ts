import type { Pool } from '../adapters/postgres/pools.ts';
import { createSystemAccess } from '../adapters/postgres/system-access.ts';
import type { Config } from '../config/index.ts';
import type { MailBacklog, MailTransport } from '../core/notifications/index.ts';
import type { Job, JobName } from './job.ts';
import { createKeyJobs } from './key-job.ts';
import type { Logger } from './logger.ts';
import { createMailJob, type MailJob } from './mail-job.ts';
import type { Services } from './services.ts';

const DELIVER_EVERY_MS = 250;
const SWEEP_EVERY_MS = 60 * 60 * 1000; // an hour
/** Every process reads them from the oldest that a transaction under way may not have seen: there must be few. */
const REVOCATIONS_EVERY_MS = 60 * 1000; // a minute
const PARTITIONS_EVERY_MS = 24 * 60 * 60 * 1000; // a day
const RETRY_MS = 10 * 1000; // ten seconds, where a job that comes seldom failed

export type WorkerOptions = Readonly<{
  config: Config;
  services: Services;
  /** Connections that act as `gatehouse_system`. */
  pool: Pool;
  /** What writes into the development mailbox; `null` outside development. */
  mailbox: MailTransport | null;
  logger: Logger;
}>;

/** The jobs over all tenants. */
export interface Worker {
  /** Whether there is anybody to hand mails to. Without one they wait. */
  hasMailTransport: boolean;
  start(): void;
  /** Runs one job now, whatever its schedule. */
  runOnce(name: JobName): Promise<void>;
  /** Lets the jobs under way come to their end and begins no other. */
  stop(): Promise<void>;
  /** How much lies in the outbox, for metrics. */
  mailBacklog(): Promise<MailBacklog>;
}

export function createWorker({ config, services, pool, mailbox, logger }: WorkerOptions): Worker {
  const system = createSystemAccess(pool);
  const mail = createMailJob({ config, services, pool, mailbox, logger });
  const jobs: Job[] = [
    { name: 'sweep', everyMs: SWEEP_EVERY_MS, run: () => system.sweep() },
    { name: 'revocations', everyMs: REVOCATIONS_EVERY_MS, run: () => system.sweepRevocations() },
    {
      name: 'audit partitions',
      everyMs: PARTITIONS_EVERY_MS,
      run: async () => {
        await system.keepAuditPartitions(config.auditRetentionMonths);
        return false;
      },
    },
    ...createKeyJobs({ services, pool }),
  ];
  if (mail.hasTransport) jobs.push({ name: 'mail', everyMs: DELIVER_EVERY_MS, run: () => mail.run() });
  return schedule(jobs, mail, logger);
}

function schedule(jobs: readonly Job[], mail: MailJob, logger: Logger): Worker {
  const timers = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  const failing = new Set<JobName>();
  let isStopped = false;

  // One line when a job begins to fail, and one, as loud, when it works again: some are tried four times a second.
  const noteFailure = (name: JobName, error: unknown): void => {
    if (!failing.has(name)) logger.warn({ job: name, err: error }, 'a job failed and is tried again');
    failing.add(name);
  };
  const noteSuccess = (name: JobName): void => {
    if (failing.delete(name)) logger.warn({ job: name }, 'a job works again');
  };

  const runThenWait = (job: Job): void => {
    const turn = untilDone(job, () => isStopped).then(
      () => {
        noteSuccess(job.name);
        return job.everyMs;
      },
      (error: unknown) => {
        noteFailure(job.name, error);
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
    hasMailTransport: mail.hasTransport,
    start: () => jobs.forEach(runThenWait),
    async runOnce(name) {
      const job = jobs.find((candidate) => candidate.name === name);
      if (job) await untilDone(job, () => isStopped);
    },
    async stop() {
      isStopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(underWay);
      await mail.stop();
    },
    mailBacklog: () => mail.backlog(),
  };
}

/** Batch after batch, until there is no more to do or the worker is to stop. */
async function untilDone({ run }: Job, isStopped: () => boolean): Promise<void> {
  while (!isStopped() && (await run(isStopped)));
}
