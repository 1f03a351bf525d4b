import type { MailQueue, MailTransport } from './ports.ts';
import { renderMail } from './templates/index.ts';

const BATCH = 20;

export type DeliverMailsDeps = Readonly<{
  queue: MailQueue;
  transport: MailTransport;
  publicUrl: string;
  /** Told of a mail that could not be sent, without its contents. */
  onFailure(mailId: string, error: unknown): void;
}>;

/**
 * Sends the mails that are due, one batch. A mail that cannot be sent goes
 * back for later and holds up no other.
 *
 * @returns how many were claimed: 0 when nothing was due
 */
export type DeliverMails = () => Promise<number>;

export function createDeliverMails({
  queue,
  transport,
  publicUrl,
  onFailure,
}: DeliverMailsDeps): DeliverMails {
  return async () => {
    const due = await queue.claim(BATCH);
    for (const mail of due) {
      try {
        await transport.send(renderMail(mail, publicUrl));
        await queue.finish(mail);
      } catch (error) {
        onFailure(mail.id, error);
        await queue.fail(mail, error instanceof Error ? error.name : 'unknown');
      }
    }
    return due.length;
  };
}
