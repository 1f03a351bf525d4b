import { expect, it } from 'vitest';
import { refusalOf } from '../../../core/sign-in/steps.ts';
import { effectiveSettings, type TenantDefaults } from '../../../core/tenants/index.ts';
import type { User, UserCredential } from '../../../core/users/index.ts';
import { addUser, serviceFixture } from '../../support/service-fixture.ts';

const REQUIRED = { emailVerificationRequired: true };
const CURRENT_VERSION = 3;

// design.md, "One door for signing in": the stored credential, then status, then verified address.
it.each([
  ['all is well', {}, REQUIRED, null],
  ['the address is not verified', { emailVerified: false }, REQUIRED, 'email_not_verified'],
  ['the address need not be verified', { emailVerified: false }, { emailVerificationRequired: false }, null],
  ['the user is suspended', { status: 'suspended' }, REQUIRED, 'user_inactive'],
  ['the user is deleted', { status: 'deleted' }, REQUIRED, 'user_inactive'],
  ['the user is only invited', { status: 'invited' }, REQUIRED, 'user_inactive'],
  ['both of these are wrong', { status: 'suspended', emailVerified: false }, REQUIRED, 'user_inactive'],
] as const)('judges an account where %s', async (_what, change, defaults, refusal) => {
  const { account, settings } = await accountWith(change, defaults);

  expect(refusalOf(account, { credentialVersion: CURRENT_VERSION }, settings)).toBe(refusal);
});

it.each([
  ['good', {}],
  ['bad', { status: 'suspended', emailVerified: false }],
] as const)('refuses a proof of another credential first of all: the account is %s', async (_what, change) => {
  const { account, settings } = await accountWith(change, REQUIRED);

  for (const credentialVersion of [CURRENT_VERSION - 1, CURRENT_VERSION + 1]) {
    expect(refusalOf(account, { credentialVersion }, settings)).toBe('credential_changed');
  }
});

async function accountWith(change: Partial<User>, defaults: Partial<TenantDefaults>) {
  const fixture = await serviceFixture(defaults);
  const user: User = { ...(await addUser(fixture)), ...change };
  const account: UserCredential = { user, passwordHash: 'a hash', credentialVersion: CURRENT_VERSION };
  return { account, settings: effectiveSettings(fixture.tenant, fixture.tenantDefaults) };
}
