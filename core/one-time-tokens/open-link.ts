import type { OneTimeText } from '../kernel/one-time-text.ts';
import { LinkExpired, LinkInvalid, LinkUsed } from './errors.ts';
import type { OneTimeToken } from './model.ts';
import type { OneTimeTokenRepository } from './ports.ts';

/**
 * Passes a live token on and refuses any other.
 *
 * @throws {LinkInvalid} there is none
 * @throws {LinkUsed} spent or killed
 * @throws {LinkExpired}
 */
export function refuseUnlessLive(token: OneTimeToken | null): OneTimeToken {
  if (!token) throw new LinkInvalid();
  if (token.state === 'used') throw new LinkUsed();
  if (token.state === 'expired') throw new LinkExpired();
  return token;
}

/**
 * Spends a link in the caller's transaction. Of concurrent callers one passes
 * and the others find it used; what is thrown here rolls back, so nothing is spent.
 *
 * @throws {LinkInvalid} @throws {LinkUsed} @throws {LinkExpired}
 */
export async function consumeOrThrow(
  tokens: OneTimeTokenRepository,
  link: OneTimeText,
): Promise<OneTimeToken> {
  const token = await tokens.consume(link.kind, link.hash);
  if (token) return token;
  refuseUnlessLive(await tokens.find(link.kind, link.hash));
  throw new LinkUsed();
}
