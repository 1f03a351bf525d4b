import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { PasswordHasher } from '../../core/passwords/index.ts';

/** Two hashers whose parameters differ. */
type MakeHashers = () => Readonly<{ hasher: PasswordHasher; stronger: PasswordHasher }>;

const PASSWORD = 'Correct horse 1';
const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const OTHER_TENANT = '01900000-0000-7000-8000-000000000002' as TenantId;
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
      const phc = await hasher.hash(PASSWORD, TENANT);

      expect(await hasher.verify(phc, PASSWORD, TENANT)).toBe(true);
      for (const other of ['correct horse 1', `${PASSWORD} `, `${PASSWORD}\0`, PASSWORD.slice(0, -1), '']) {
        expect(await hasher.verify(phc, other, TENANT), JSON.stringify(other)).toBe(false);
      }
    });

    it('compares all of a long password', async () => {
      const { hasher } = makeHashers();
      const long = 'é'.repeat(256);

      const phc = await hasher.hash(long, TENANT);

      expect(await hasher.verify(phc, long, TENANT)).toBe(true);
      expect(await hasher.verify(phc, `${long.slice(0, -1)}e`, TENANT)).toBe(false);
    });

    it('takes the tenant for its turn alone: a hash is the same thing in every tenant', async () => {
      const { hasher } = makeHashers();

      const phc = await hasher.hash(PASSWORD, TENANT);

      expect(await hasher.verify(phc, PASSWORD, OTHER_TENANT)).toBe(true);
    });

    it('hashes one password differently each time', async () => {
      const { hasher } = makeHashers();

      expect(await hasher.hash(PASSWORD, TENANT)).not.toBe(await hasher.hash(PASSWORD, TENANT));
    });

    it.each(GARBAGE)('finds no password behind what is no hash: %j', async (phc) => {
      const { hasher } = makeHashers();

      expect(await hasher.verify(phc, PASSWORD, TENANT)).toBe(false);
      expect(await hasher.verify(phc, '', TENANT)).toBe(false);
    });

    it('finds nothing where there is nothing to compare with, for any number at once', async () => {
      const { hasher } = makeHashers();

      const found = await Promise.all(Array.from({ length: 4 }, () => hasher.verifyNothing(TENANT)));

      expect(found).toEqual([false, false, false, false]);
    });

    it('wants a new hash where the parameters have changed, and only there', async () => {
      const { hasher, stronger } = makeHashers();
      const phc = await hasher.hash(PASSWORD, TENANT);

      expect(hasher.needsRehash(phc)).toBe(false);
      expect(stronger.needsRehash(phc)).toBe(true);
      expect(hasher.needsRehash(await stronger.hash(PASSWORD, TENANT))).toBe(true);
      expect(hasher.needsRehash('no hash')).toBe(true);
    });

    it('still knows a password that was hashed under other parameters', async () => {
      const { hasher, stronger } = makeHashers();
      const phc = await hasher.hash(PASSWORD, TENANT);

      expect(await stronger.verify(phc, PASSWORD, TENANT)).toBe(true);
      expect(await stronger.verify(phc, 'another', TENANT)).toBe(false);
    });
  });
}
