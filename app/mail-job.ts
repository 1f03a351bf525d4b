import { setTimeout as wait } from 'node:timers/promises';
import { createMailQueue } from '../adapters/postgres/mail-queue.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createSmtpTransport } from '../adapters/smtp/transport.ts';
import type { Config } from '../config/index.ts';
import {
  createMailDelivery,
  createShowMails,
  type MailBacklog,
  MailNotTaken,
  type MailTransport,
} from '../core/notifications/index.ts';
import type { Logger } from './logger.ts';
import type { Services } from './services.ts';

/** How soon a new mail is seen while others are under way. */
const LOOK_AGAIN_MS = 250;
/** How long a stop waits for mails under way before their connections are cut. */
const STOP_MAX_MS = 8_000;

export type MailJobOptions = Readonly<{
  config: Config;
  services: Services;
  /** Connections that act as `gatehouse_system`. */
  pool: Pool;
  /** What writes into the development mailbox; `null` outside development. */
  mailbox: MailTransport | null;
  logger: Logger;
}>;

/** The delivery of the outbox. */
export interface MailJob {
  /** Whether there is anybody to hand mails to. Without one they wait. */
  hasTransport: boolean;
  /** Takes up what is due. Says whether there may be more, or some is under way. */
  run(): Promise<boolean>;
  /** Waits for the mails under way, not for ever. What is cut off is due again. */
  stop(): Promise<void>;
  backlog(): Promise<MailBacklog>;
}

/** Mails go to SMTP where it is set up, in development to the mailbox before that. */
export function createMailJob({ config, services, pool, mailbox, logger }: MailJobOptions): MailJob {
  const { publicUrl } = config;
  const queue = createMailQueue({ pool, box: services.box });
  const smtp = config.smtp && createSmtpTransport(config.smtp);
  const transport = oneAfterTheOther([mailbox, smtp].filter((part) => part !== null));
  const show = mailbox && createShowMails({ queue, mailbox, publicUrl });
  const delivery =
    transport &&
    createMailDelivery({
      ...{ queue, transport, publicUrl, clock: services.clock, random: Math.random },
      onFailure: (mailId, error) => logFailure(logger, mailId, error),
    });

  return {
    hasTransport: transport !== null,
    async run() {
      const isMoreToShow = (await show?.()) ?? false;
      if (!delivery) return isMoreToShow;
      const taken = await delivery.begin();
      const isBusy = delivery.countUnderWay() > 0;
      if (isBusy && taken === 0) await Promise.race([delivery.oneSettled(), wait(LOOK_AGAIN_MS)]);
      return isMoreToShow || isBusy || taken > 0;
    },
    async stop() {
      if (delivery) await Promise.race([delivery.allSettled(), wait(STOP_MAX_MS, undefined, { ref: false })]);
      smtp?.close();
      await delivery?.allSettled();
    },
    backlog: () => queue.backlog(),
  };
}

function oneAfterTheOther(parts: readonly MailTransport[]): MailTransport | null {
  if (parts.length === 0) return null;
  return {
    async send(mail) {
      for (const part of parts) await part.send(mail);
    },
  };
}

function logFailure(logger: Logger, mailId: string, error: unknown): void {
  const why =
    error instanceof MailNotTaken ? { reason: error.reason, is_final: error.isFinal } : { err: error };
  logger.warn({ mail_id: mailId, ...why }, 'a mail could not be delivered');
}
