import type { Clock } from '../kernel/ports.ts';
import { MailNotTaken } from './errors.ts';
import { isGivenUp, retryDelaySeconds } from './limits.ts';
import type { PendingMail } from './model.ts';
import type { MailQueue, MailTransport } from './ports.ts';
import { renderMail } from './templates/index.ts';

/** How many mails are under way at the same time. */
const PLACES = 4;

export type MailDeliveryDeps = Readonly<{
  queue: MailQueue;
  transport: MailTransport;
  clock: Clock;
  publicUrl: string;
  /** A number from 0 up to 1, to spread retries. */
  random(): number;
  /** Told of a mail that could not be sent, or of which that could not be noted, without its contents. */
  onFailure(mailId: string, error: unknown): void;
}>;

/**
 * Sends mails, a few at a time, so that a recipient whose server is slow holds
 * up no other. A mail that cannot be sent goes back for later, or is given up.
 */
export interface MailDelivery {
  /**
   * Takes up mails that are due, as many as there are free places. They are
   * still being sent when this resolves.
   *
   * @returns how many were taken up: 0 when nothing is due or no place is free
   */
  begin(): Promise<number>;
  /** How many are under way. */
  countUnderWay(): number;
  /** Resolves when one of those under way is settled; at once where none is. Never rejects. */
  oneSettled(): Promise<void>;
  /** Resolves when all that are under way now are settled. Never rejects. */
  allSettled(): Promise<void>;
}

export function createMailDelivery(deps: MailDeliveryDeps): MailDelivery {
  const underWay = new Set<Promise<void>>();
  let placesTaken = 0;

  const send = (mail: PendingMail, claimedAt: Date): void => {
    const settled = deliver(deps, mail, claimedAt)
      .catch((error: unknown) => deps.onFailure(mail.id, error))
      .then(() => {
        underWay.delete(settled);
        placesTaken -= 1;
      });
    underWay.add(settled);
  };

  return {
    async begin() {
      const free = PLACES - placesTaken;
      if (free <= 0) return 0;
      // Taken while the claim is under way, so that another call meanwhile does not take them again.
      placesTaken += free;
      const claimedAt = deps.clock.now();
      let claimed = 0;
      try {
        const mails = await deps.queue.claim(free);
        claimed = mails.length;
        for (const mail of mails) send(mail, claimedAt);
      } finally {
        placesTaken -= free - claimed;
      }
      return claimed;
    },
    countUnderWay: () => underWay.size,
    oneSettled: () => (underWay.size === 0 ? Promise.resolve() : Promise.race(underWay)),
    async allSettled() {
      await Promise.all(underWay);
    },
  };
}

async function deliver(deps: MailDeliveryDeps, mail: PendingMail, claimedAt: Date): Promise<void> {
  const { queue, transport, clock, publicUrl } = deps;
  const heldSeconds = (clock.now().getTime() - claimedAt.getTime()) / 1000;
  // The process stood still in between. The claim runs out, and whoever claims next judges anew.
  if (heldSeconds >= mail.sendWithinSeconds) return;
  try {
    await transport.send(renderMail(mail, publicUrl));
  } catch (error) {
    deps.onFailure(mail.id, error);
    return settleFailure(deps, mail, error);
  }
  await queue.finish(mail);
}

async function settleFailure(
  { queue, random }: MailDeliveryDeps,
  mail: PendingMail,
  error: unknown,
): Promise<void> {
  const attempts = mail.attempts + 1;
  const reason = reasonOf(error);
  const isFinal = error instanceof MailNotTaken && error.isFinal;
  if (isFinal || isGivenUp(attempts, mail.ageSeconds)) return queue.bury(mail, reason);
  return queue.putBack(mail, reason, retryDelaySeconds(attempts, random()));
}

/** Never an error's message: nobody knows what is in it. */
function reasonOf(error: unknown): string {
  if (error instanceof MailNotTaken) return error.reason;
  return error instanceof Error ? error.name : 'unknown';
}
