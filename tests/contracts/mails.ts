import type { TenantId } from '../../core/kernel/ids.ts';
import type { NewMail, PendingMail } from '../../core/notifications/index.ts';
import type { StoreHarness } from './harness.ts';
import { newMail } from './samples.ts';

/** Queues mails one after the other, in one transaction. */
export async function queueMails(
  { unitOfWork }: StoreHarness,
  tenantId: TenantId,
  changes: readonly Partial<NewMail>[],
): Promise<void> {
  await unitOfWork.run(tenantId, async ({ outbox }) => {
    for (const change of changes) await outbox.add(newMail(change));
  });
}

/** The one mail that is due. */
export async function claimOne({ mailQueue }: StoreHarness): Promise<PendingMail> {
  const [mail, ...more] = await mailQueue.claim(10);
  if (!mail || more.length > 0)
    throw new Error(`A test wanted one mail and claimed ${mail ? 1 + more.length : 0}`);
  return mail;
}

/** The tokens of the mails that are due. */
export async function claimTokens({ mailQueue }: StoreHarness): Promise<readonly (string | null)[]> {
  return (await mailQueue.claim(10)).map(({ token }) => token);
}
