import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/kernel/bytes.ts';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';

/** @param secretKeys the newest first */
type MakeBox = (secretKeys: readonly string[]) => SecretBox;

const OLD = 'old-key-old-key-old-key-old-key-old-key';
const NEW = 'new-key-new-key-new-key-new-key-new-key';
const PLAIN = utf8('JBSWY3DPEHPK3PXP');
const CONTEXT = 'totp:tenant-1:user-1';

/** What every secret box must do. */
export function secretBoxContract(makeBox: MakeBox): void {
  describe('SecretBox', () => {
    it.each([0, 1, 16, 1000])('gives back %i bytes that it sealed', (length) => {
      const box = makeBox([NEW]);
      const plain = Uint8Array.from({ length }, (_, index) => index % 256);

      const opened = box.open(box.seal(plain, CONTEXT), CONTEXT);

      expect([...opened]).toEqual([...plain]);
    });

    it('hides what it holds, and that two boxes hold the same', () => {
      const box = makeBox([NEW]);

      const [one, two] = [box.seal(PLAIN, CONTEXT), box.seal(PLAIN, CONTEXT)];

      expect(Buffer.from(one).includes(Buffer.from(PLAIN))).toBe(false);
      expect(Buffer.from(one).equals(two)).toBe(false);
    });

    it.each([
      'totp:tenant-1:user-2',
      'totp:tenant-2:user-1',
      '',
      `${CONTEXT} `,
      `${CONTEXT}\0`,
    ])('does not open in another context: %j', (context) => {
      const box = makeBox([NEW]);
      const sealed = box.seal(PLAIN, CONTEXT);

      expect(() => box.open(sealed, context)).toThrow(SecretUnreadable);
    });

    it('does not open when any bit of it was changed', () => {
      const box = makeBox([NEW]);
      const sealed = box.seal(PLAIN, CONTEXT);

      for (let bit = 0; bit < sealed.length * 8; bit += 1) {
        const altered = Uint8Array.from(sealed);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));

        expect(() => box.open(altered, CONTEXT), `bit ${bit}`).toThrow(SecretUnreadable);
      }
    });

    it('does not open when it was cut or prolonged', () => {
      const box = makeBox([NEW]);
      const sealed = box.seal(PLAIN, CONTEXT);

      for (let length = 0; length < sealed.length; length += 1) {
        expect(() => box.open(sealed.subarray(0, length), CONTEXT), `${length}`).toThrow(SecretUnreadable);
      }
      expect(() => box.open(Uint8Array.of(...sealed, 0), CONTEXT)).toThrow(SecretUnreadable);
    });

    it('opens what an older key sealed, wherever that key stands in the list', () => {
      const sealed = makeBox([OLD]).seal(PLAIN, CONTEXT);

      expect([...makeBox([NEW, OLD]).open(sealed, CONTEXT)]).toEqual([...PLAIN]);
      expect([...makeBox([NEW, 'another', OLD]).open(sealed, CONTEXT)]).toEqual([...PLAIN]);
    });

    it('opens nothing that a dropped key sealed', () => {
      const sealed = makeBox([OLD]).seal(PLAIN, CONTEXT);

      expect(() => makeBox([NEW]).open(sealed, CONTEXT)).toThrow(SecretUnreadable);
    });

    it('seals with the newest key', () => {
      const sealed = makeBox([NEW, OLD]).seal(PLAIN, CONTEXT);

      expect([...makeBox([NEW]).open(sealed, CONTEXT)]).toEqual([...PLAIN]);
      expect(() => makeBox([OLD]).open(sealed, CONTEXT)).toThrow(SecretUnreadable);
    });

    it('begins with the same bytes whatever the newest key seals, and with others what another has sealed', () => {
      const head = makeBox([NEW, OLD]).newestHead();
      const headOf = (secrets: readonly string[]) => [
        ...makeBox(secrets).seal(PLAIN, CONTEXT).subarray(0, head.length),
      ];

      expect([headOf([NEW]), headOf([NEW, 'another'])]).toEqual([[...head], [...head]]);
      expect(headOf([OLD, NEW])).not.toEqual([...head]);
    });
  });
}
