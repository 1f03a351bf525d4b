import type { DevMailbox, MailTransport, RenderedMail } from '../../core/notifications/index.ts';

const KEPT = 1000;

/** A mailbox in this process, and the transport that delivers into it. Keeps the newest 1,000 mails. */
export function createDevMailbox(): DevMailbox & MailTransport {
  const mails = new Map<string, RenderedMail>();
  const newestFirst = () =>
    [...mails.values()].reverse().sort((left, right) => right.createdAt.getTime() - left.createdAt.getTime());

  return {
    async send(mail) {
      mails.set(mail.id, mail);
      for (const { id } of newestFirst().slice(KEPT)) mails.delete(id);
    },
    async list({ to, limit }) {
      return newestFirst()
        .filter((mail) => to === null || mail.to === to)
        .slice(0, limit);
    },
  };
}
