import type { MailDelivery } from '../../core/notifications/index.ts';

/**
 * Lets a delivery go on until nothing is due and nothing is under way.
 *
 * @returns how many mails it took up, repetitions included
 */
export async function deliverAll(delivery: MailDelivery): Promise<number> {
  let taken = 0;
  for (let idle = false; !idle; ) {
    const begun = await delivery.begin();
    taken += begun;
    idle = begun === 0 && delivery.countUnderWay() === 0;
    await delivery.oneSettled();
  }
  return taken;
}
