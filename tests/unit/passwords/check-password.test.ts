import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../../core/kernel/ids.ts';
import { checkPassword, hashNewPassword } from '../../../core/passwords/index.ts';
import { DEFAULT_PASSWORD_POLICY } from '../../../core/tenants/index.ts';
import { fakeHasher } from '../../fakes/hasher.ts';

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const OTHER_TENANT = '01900000-0000-7000-8000-000000000002' as TenantId;
const commonPasswords = { has: () => false };

describe('checkPassword', () => {
  it('knows a password however its accents are spelled', async () => {
    const hasher = fakeHasher();
    const hash = await hasher.hash('jos\u00e9', TENANT);

    expect(await checkPassword(hasher, TENANT, hash, 'jose\u0301')).toBe(true);
    expect(await checkPassword(hasher, TENANT, hash, 'jose')).toBe(false);
  });

  // Rule 11: one time on every path. Nothing may be answered before a comparison was made.
  it.each([
    ['a wrong one', 'fake$1$1$right', 'wrong'],
    ['no account or no password', null, 'anything'],
    ['the empty one', 'fake$1$1$', ''],
    ['one of 257 characters', `fake$1$1$${'x'.repeat(257)}`, 'x'.repeat(257)],
  ])('takes the time of one comparison for %s', async (_what, hash, password) => {
    const hasher = fakeHasher();

    expect(await checkPassword(hasher, TENANT, hash, password)).toBe(false);
    expect(hasher.comparisons()).toBe(1);
  });

  it('compares 256 characters, all of them', async () => {
    const hasher = fakeHasher();
    const hash = await hasher.hash('x'.repeat(256), TENANT);

    expect(await checkPassword(hasher, TENANT, hash, 'x'.repeat(256))).toBe(true);
    expect(await checkPassword(hasher, TENANT, hash, `${'x'.repeat(255)}y`)).toBe(false);
  });

  // Rule 30: nobody is told that a password is wrong because of load.
  it('says nothing about the password while the queue is full', async () => {
    const hasher = fakeHasher();
    hasher.overload();

    await expect(checkPassword(hasher, TENANT, null, 'anything')).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(checkPassword(hasher, TENANT, 'fake$1$1$x', 'x')).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('the turn in which a password is hashed', () => {
  it("is the tenant's own: a storm of one tenant turns nobody else away", async () => {
    const hasher = fakeHasher();
    const wanted = { policy: DEFAULT_PASSWORD_POLICY, contextWords: [], password: 'Correct horse 1' };
    hasher.overload(OTHER_TENANT);

    const hash = await hashNewPassword({ hasher, commonPasswords }, { ...wanted, tenantId: TENANT });

    expect(await checkPassword(hasher, TENANT, hash, 'Correct horse 1')).toBe(true);
    expect(await checkPassword(hasher, TENANT, null, 'Correct horse 1')).toBe(false);
    for (const stored of [hash, null])
      await expect(checkPassword(hasher, OTHER_TENANT, stored, 'Correct horse 1')).rejects.toMatchObject({
        code: 'unavailable',
      });
    const another = hashNewPassword({ hasher, commonPasswords }, { ...wanted, tenantId: OTHER_TENANT });
    await expect(another).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('hashNewPassword', () => {
  const wanted = { tenantId: TENANT, policy: DEFAULT_PASSWORD_POLICY, contextWords: [] };

  it('hashes the form in which it will be compared', async () => {
    const hasher = fakeHasher();

    const hash = await hashNewPassword(
      { hasher, commonPasswords },
      { ...wanted, password: 'Jose\u0301-1234' },
    );

    expect(await checkPassword(hasher, TENANT, hash, 'Jos\u00e9-1234')).toBe(true);
  });

  it('hashes nothing that it refuses', () => {
    const hasher = fakeHasher();

    expect(() => hashNewPassword({ hasher, commonPasswords }, { ...wanted, password: 'short' })).toThrow(
      expect.objectContaining({ code: 'password_too_short' }),
    );
    expect(hasher.hashes()).toBe(0);
  });
});
