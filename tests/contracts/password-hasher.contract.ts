import { describe, expect, it } from 'vitest';
import type { PasswordHasher } from '../../core/passwords/index.ts';

/** Two hashers whose parameters differ. */
type MakeHashers = () => Readonly<{ hasher: PasswordHasher; stronger: PasswordHasher }>;

const PASSWORD = 'Correct horse 1';
const GARBAGE = [
  '',
  'x',
  '$argon2id$',
  '$2b$10$abcdefghijklmnopqrstuv',
  '$argon2id$v=19$m=1024,t=1,p=1$c2FsdA$',
];

/** What every hasher of passwords must do. */
export function passwordHasherContract(makeHashers: MakeHashers): void {
  describe('PasswordHasher', () => {
    it('knows the password again, and no other', async () => {
      const { hasher } = makeHashers();
      const phc = await hasher.hash(PASSWORD);

      expect(await hasher.verify(phc, PASSWORD)).toBe(true);
      for (const other of ['correct horse 1', `${PASSWORD} `, `${PASSWORD}\0`, PASSWORD.slice(0, -1), '']) {
        expect(await hasher.verify(phc, other), JSON.stringify(other)).toBe(false);
      }
    });

    it('compares all of a long password', async () => {
      const { hasher } = makeHashers();
      const long = 'é'.repeat(256);

      const phc = await hasher.hash(long);

      expect(await hasher.verify(phc, long)).toBe(true);
      expect(await hasher.verify(phc, `${long.slice(0, -1)}e`)).toBe(false);
    });

    it('hashes one password differently each time', async () => {
      const { hasher } = makeHashers();

      expect(await hasher.hash(PASSWORD)).not.toBe(await hasher.hash(PASSWORD));
    });

    it.each(GARBAGE)('finds no password behind what is no hash: %j', async (phc) => {
      const { hasher } = makeHashers();

      expect(await hasher.verify(phc, PASSWORD)).toBe(false);
      expect(await hasher.verify(phc, '')).toBe(false);
    });

    it('finds nothing where there is nothing to compare with, for any number at once', async () => {
      const { hasher } = makeHashers();

      const found = await Promise.all(Array.from({ length: 4 }, () => hasher.verifyNothing()));

      expect(found).toEqual([false, false, false, false]);
    });

    it('wants a new hash where the parameters have changed, and only there', async () => {
      const { hasher, stronger } = makeHashers();
      const phc = await hasher.hash(PASSWORD);

      expect(hasher.needsRehash(phc)).toBe(false);
      expect(stronger.needsRehash(phc)).toBe(true);
      expect(hasher.needsRehash(await stronger.hash(PASSWORD))).toBe(true);
      expect(hasher.needsRehash('no hash')).toBe(true);
    });

    it('still knows a password that was hashed under other parameters', async () => {
      const { hasher, stronger } = makeHashers();
      const phc = await hasher.hash(PASSWORD);

      expect(await stronger.verify(phc, PASSWORD)).toBe(true);
      expect(await stronger.verify(phc, 'another')).toBe(false);
    });
  });
}
