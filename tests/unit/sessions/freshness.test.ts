import { describe, expect, it } from 'vitest';
import { FRESH_SECONDS, isFresh, lacksFactor, wantsTwoFactors } from '../../../core/sessions/index.ts';

const MS = FRESH_SECONDS * 1000;
const GOOD = { authAgeMs: 0, isStepUpDue: false, aal: 1, wantsTwoFactors: false } as const;

it('is ten minutes', () => {
  expect(FRESH_SECONDS).toBe(600);
});

describe('a sign-in', () => {
  it.each([
    ['of this moment', {}, true],
    ['of ten minutes ago to the millisecond', { authAgeMs: MS }, true],
    ['of a millisecond more', { authAgeMs: MS + 1 }, false],
    ['of a month ago', { authAgeMs: 30 * 86_400_000 }, false],
    ['that is dated ahead by a clock that was set back', { authAgeMs: -5_000 }, true],
    ['that is to be proved again, however recent', { isStepUpDue: true }, false],
    ['of one factor where two are wanted', { wantsTwoFactors: true }, false],
    ['of two factors where two are wanted', { wantsTwoFactors: true, aal: 2 }, true],
    ['of two factors where one is enough', { aal: 2 }, true],
    ['of two factors, too long ago', { wantsTwoFactors: true, aal: 2, authAgeMs: MS + 1 }, false],
    ['of two factors, to be proved again', { wantsTwoFactors: true, aal: 2, isStepUpDue: true }, false],
  ] as const)('%s: fresh is %s', (_what, change, fresh) => {
    expect(isFresh({ ...GOOD, ...change })).toBe(fresh);
  });

  it.each([
    [1, true, true],
    [2, true, false],
    [1, false, false],
    [2, false, false],
  ] as const)('of %d factors, where two are wanted: %s, lacks one: %s', (aal, wanted, lacks) => {
    expect(lacksFactor({ aal, wantsTwoFactors: wanted })).toBe(lacks);
  });
});

describe('two factors', () => {
  it.each([
    [{ mfa: 'off' }, false],
    [{ mfa: 'optional' }, false],
    [{ mfa: 'required' }, true],
    [{ mfa: 'admins' }, false],
    [{ mfa: 'admins', roles: ['member', 'admin'] }, true],
    [{ mfa: 'admins', roles: ['owner'] }, true],
    [{ mfa: 'admins', roles: ['platform_admin'] }, true],
    [{ mfa: 'admins', roles: [] }, false],
    [{ mfa: 'optional', roles: ['owner'] }, false],
    [{ mfa: 'off', isMfaOn: true }, true],
    [{ mfa: 'optional', isMfaOn: true }, true],
  ] as const)('are wanted of %j: %s', (change, wanted) => {
    expect(wantsTwoFactors({ isMfaOn: false, roles: ['member'], ...change })).toBe(wanted);
  });
});
