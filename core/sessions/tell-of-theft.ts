import type { UserId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Outbox, sessionTheftMail } from '../notifications/index.ts';
import type { PlaceFinder } from '../protection/index.ts';
import type { UserRepository } from '../users/index.ts';

/**
 * Mails the owner of a session that it was ended because a copy of its refresh
 * token came back, in the transaction that ends it. Whatever the tenant has set:
 * who is not told would not know why they are signed out. To a verified address alone.
 *
 * @param context of the request that brought the copy
 */
export async function mailOfTheft(
  places: PlaceFinder,
  { users, outbox }: Readonly<{ users: Pick<UserRepository, 'findById'>; outbox: Outbox }>,
  userId: UserId,
  { ip, userAgent }: RequestContext,
): Promise<void> {
  const user = await users.findById(userId);
  if (!user?.emailVerified) return;
  const country = (ip === null ? null : places.find(ip))?.country ?? null;
  await outbox.add(sessionTheftMail(user.email, { userAgent, country }));
}
