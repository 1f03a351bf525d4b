import { describe, expect, it } from 'vitest';
import { createMacKeys } from '../../../adapters/crypto/mac-keys.ts';
import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { utf8 } from '../../../core/kernel/bytes.ts';
import { secretBoxContract } from '../../contracts/secret-box.contract.ts';

secretBoxContract(createSecretBox);

describe('createSecretBox', () => {
  it('lays a box out as version, key id, nonce, ciphertext and tag', () => {
    const sealed = createSecretBox(['the key']).seal(utf8('12345'), 'context');

    expect(sealed).toHaveLength(1 + 4 + 12 + 5 + 16);
    expect(sealed[0]).toBe(1);
    expect([...sealed.slice(1, 5)]).toEqual([...createMacKeys(['the key']).currentKeyId()]);
  });

  // A box that is stored today must open after every update: this one was made by the first version.
  it('opens a box of the first version', () => {
    const stored = Buffer.from(
      'AVN1pqOVEmzPrieHULYCrRFsE3Kwwq1tL2ZIgMLq9xNr6iVD-QWujItd-kFKo5wo2ky_aPMCJnIpUss9h5Q',
      'base64url',
    );

    const opened = createSecretBox(['first-version-secret-key']).open(stored, 'totp:tenant:user');

    expect(Buffer.from(opened).toString()).toBe('a secret of the first version');
  });

  it('takes no empty list and no empty key', () => {
    expect(() => createSecretBox([])).toThrow(RangeError);
    expect(() => createSecretBox(['key', ''])).toThrow(RangeError);
  });
});
