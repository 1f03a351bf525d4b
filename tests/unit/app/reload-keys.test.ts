import { expect, it } from 'vitest';
import { createAccessTokens } from '../../../adapters/crypto/access-tokens.ts';
import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../../adapters/crypto/signing-keys.ts';
import { createReloadKeys } from '../../../app/reload-keys.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';
import type { SigningKey } from '../../../core/tokens/index.ts';

const box = createSecretBox(['ours']);
const ours = await createSigningKeyFactory({ box }).generate('ES256');
const theirs = await createSigningKeyFactory({ box: createSecretBox(['theirs']) }).generate('ES256');

function process(stored: { keys: readonly SigningKey[] }) {
  const accessTokens = createAccessTokens({ box });
  let told = 0;
  const onUnreadable = () => {
    told += 1;
  };
  const reload = createReloadKeys({ accessTokens, read: async () => stored.keys, onUnreadable });
  return { accessTokens, reload, told: () => told };
}

it('goes on without signing where the active key cannot be opened, and says so once', async () => {
  const stored = { keys: [theirs] };
  const { accessTokens, reload, told } = process(stored);

  await reload();
  await reload();

  expect(accessTokens.jwks()?.keys.map(({ kid }) => kid)).toEqual([theirs.kid]);
  expect(told()).toBe(1);
});

it('says so again only after it could sign meanwhile', async () => {
  const stored = { keys: [theirs] };
  const { reload, told } = process(stored);
  await reload();
  stored.keys = [ours];
  await reload();
  expect(told()).toBe(1);

  stored.keys = [theirs];
  await reload();

  expect(told()).toBe(2);
});

it('keeps what it has where the keys cannot be read', async () => {
  const { accessTokens } = process({ keys: [] });
  accessTokens.use([ours]);
  const read = () => Promise.reject(new Unavailable());
  const reload = createReloadKeys({ accessTokens, read, onUnreadable: () => undefined });

  await expect(reload()).rejects.toThrow(Unavailable);

  expect(accessTokens.jwks()?.keys).toHaveLength(1);
});
