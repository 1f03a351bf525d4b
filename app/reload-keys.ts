import type { AccessTokens, SigningKey } from '../core/tokens/index.ts';

/** What the log says where {@link ReloadKeysDeps.onUnreadable} leads to it. */
export const UNREADABLE =
  'the active signing key cannot be opened with the SECRET_KEY at hand: tokens are verified, and none are signed';

export type ReloadKeysDeps = Readonly<{
  accessTokens: Pick<AccessTokens, 'use'>;
  read(): Promise<readonly SigningKey[]>;
  /** Told once, and again only after it could sign meanwhile. */
  onUnreadable(): void;
}>;

/**
 * Reads the signing keys anew, and uses them.
 *
 * An active key that cannot be opened is no failure, for it would be met again
 * at each reading, and keep everything from being verified that can be: a
 * process whose `SECRET_KEY` is behind that of the others goes on with all that
 * needs no signature.
 */
export function createReloadKeys({ accessTokens, read, onUnreadable }: ReloadKeysDeps): () => Promise<void> {
  let couldSign = true;
  return async () => {
    const canSign = accessTokens.use(await read());
    if (!canSign && couldSign) onUnreadable();
    couldSign = canSign;
  };
}
