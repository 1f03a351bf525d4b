import type { MailQueue, MailTransport } from './ports.ts';
import { renderMail } from './templates/index.ts';

const BATCH = 100;

export type ShowMailsDeps = Readonly<{
  queue: MailQueue;
  /** What writes into the development mailbox. */
  mailbox: MailTransport;
  publicUrl: string;
}>;

/**
 * Writes into the development mailbox what is not in it yet, one batch: every
 * mail as soon as it is queued, whatever becomes of its sending, those that wait
 * behind another of their recipient included.
 *
 * @returns whether there may be more
 */
export type ShowMails = () => Promise<boolean>;

export function createShowMails({ queue, mailbox, publicUrl }: ShowMailsDeps): ShowMails {
  return async () => {
    const mails = await queue.listUnshown(BATCH);
    for (const mail of mails) await mailbox.send(renderMail(mail, publicUrl));
    return mails.length === BATCH;
  };
}
