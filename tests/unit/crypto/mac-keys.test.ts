import { describe, expect, it } from 'vitest';
import { createMacKeys } from '../../../adapters/crypto/mac-keys.ts';
import { utf8 } from '../../../core/kernel/bytes.ts';
import { macKeysContract } from '../../contracts/mac-keys.contract.ts';

macKeysContract(createMacKeys);

describe('createMacKeys', () => {
  // Another derivation would end every session at once.
  it('checks a code of the first version', () => {
    const keyId = Buffer.from('5375a6a3', 'hex');
    const code = Buffer.from('6301bf4f989eedbe897addc5fc3e989fe0b7b2e2f56c8db3a102f4d9aff85e1e', 'hex');
    const keys = createMacKeys(['first-version-secret-key']);

    expect(keys.isValid('refresh', keyId, utf8('a message of the first version'), code)).toBe(true);
  });

  it('takes no empty list and no empty key', () => {
    expect(() => createMacKeys([])).toThrow(RangeError);
    expect(() => createMacKeys([''])).toThrow(RangeError);
  });
});
