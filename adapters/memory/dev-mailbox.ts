import type { DevMailbox, MailTransport, RenderedMail } from '../../core/notifications/index.ts';

const KEPT_MAX = 1000;

/** The mailbox, what delivers into it, and what it is asked by the queue beside it. */
export type MemoryMailbox = DevMailbox &
  MailTransport &
  Readonly<{
    /** Whether it holds a mail, or would forget it at once. */
    holds(mailId: string): boolean;
  }>;

/** A mailbox in this process. Keeps the newest 1,000 mails. */
export function createDevMailbox(): MemoryMailbox {
  const mails = new Map<string, RenderedMail>();
  const newestFirst = () =>
    [...mails.values()].reverse().sort((left, right) => right.createdAt.getTime() - left.createdAt.getTime());

  return {
    async send({ tenantName: _, ...mail }) {
      mails.set(mail.id, mail);
      for (const { id } of newestFirst().slice(KEPT_MAX)) mails.delete(id);
    },
    async list({ to, limit }) {
      return newestFirst()
        .filter((mail) => to === null || mail.to === to)
        .slice(0, limit);
    },
    holds(mailId) {
      const isFull = mails.size >= KEPT_MAX;
      return mails.has(mailId) || (isFull && [...mails.keys()].every((id) => id > mailId));
    },
  };
}
