import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/kernel/bytes.ts';
import type { MacKeys } from '../../core/kernel/ports.ts';

/** @param secretKeys the newest first */
type MakeKeys = (secretKeys: readonly string[]) => MacKeys;

const OLD = 'old-key-old-key-old-key-old-key-old-key';
const NEW = 'new-key-new-key-new-key-new-key-new-key';
const MESSAGE = utf8('the message');

/** What every maker of authentication codes must do. */
export function macKeysContract(makeKeys: MakeKeys): void {
  describe('MacKeys', () => {
    it('knows its own code again, on every machine with the same keys', () => {
      const { keyId, code } = makeKeys([NEW]).mac('refresh', MESSAGE);

      expect(makeKeys([NEW]).isValid('refresh', keyId, MESSAGE, code)).toBe(true);
      expect(code).toHaveLength(32);
      expect(keyId).toHaveLength(4);
    });

    it('names the key that it signs with', () => {
      const keys = makeKeys([NEW, OLD]);

      expect([...keys.currentKeyId()]).toEqual([...keys.mac('refresh', MESSAGE).keyId]);
      expect([...keys.currentKeyId()]).toEqual([...makeKeys([NEW]).currentKeyId()]);
      expect([...keys.currentKeyId()]).not.toEqual([...makeKeys([OLD]).currentKeyId()]);
    });

    it('keeps its name to itself: a caller who writes into it changes nothing', () => {
      const keys = makeKeys([NEW]);

      keys.currentKeyId().fill(0);
      keys.mac('refresh', MESSAGE).keyId.fill(0);

      expect([...keys.currentKeyId()]).toEqual([...makeKeys([NEW]).currentKeyId()]);
    });

    it('refuses the code of another message, another purpose, or one that is altered or cut', () => {
      const keys = makeKeys([NEW]);
      const { keyId, code } = keys.mac('refresh', MESSAGE);

      expect(keys.isValid('refresh', keyId, utf8('the massage'), code)).toBe(false);
      expect(keys.isValid('mailed-code', keyId, MESSAGE, code)).toBe(false);
      expect(keys.isValid('refresh', keyId, MESSAGE, code.slice(0, 31))).toBe(false);
      expect(keys.isValid('refresh', keyId, MESSAGE, new Uint8Array(0))).toBe(false);
      for (let bit = 0; bit < code.length * 8; bit += 1) {
        const altered = Uint8Array.from(code);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(keys.isValid('refresh', keyId, MESSAGE, altered), `bit ${bit}`).toBe(false);
      }
    });

    it('checks codes of an older key, and of none that was dropped', () => {
      const { keyId, code } = makeKeys([OLD]).mac('refresh', MESSAGE);

      expect(makeKeys([NEW, OLD]).isValid('refresh', keyId, MESSAGE, code)).toBe(true);
      expect(makeKeys([NEW]).isValid('refresh', keyId, MESSAGE, code)).toBe(false);
    });

    it('refuses a code under the name of another key, or under no name', () => {
      const keys = makeKeys([NEW, OLD]);
      const { code } = keys.mac('refresh', MESSAGE);

      expect(keys.isValid('refresh', makeKeys([OLD]).currentKeyId(), MESSAGE, code)).toBe(false);
      expect(keys.isValid('refresh', new Uint8Array(0), MESSAGE, code)).toBe(false);
      expect(keys.isValid('refresh', new Uint8Array(4), MESSAGE, code)).toBe(false);
    });
  });
}
