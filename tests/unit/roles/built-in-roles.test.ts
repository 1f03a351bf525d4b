import { describe, expect, it } from 'vitest';
import { BUILT_IN_ROLES, SCOPES, scopesOf } from '../../../core/roles/index.ts';

// api.md, "Scopes": a closed list, spelled out here once more so that nothing joins it by accident.
const LISTED = `read:user write:user read:session read:audit
  read:permission write:permission check:permission verify:api-key
  read:admin.users write:admin.users read:admin.roles write:admin.roles read:admin.audit
  read:admin.settings write:admin.settings read:admin.connections write:admin.connections
  read:admin.api-keys write:admin.api-keys`.split(/\s+/);
const OWN = ['read:user', 'write:user', 'read:session', 'read:audit'];

it('has exactly the scopes of the contract', () => {
  expect(Object.keys(SCOPES)).toEqual(LISTED);
});

describe('scopesOf', () => {
  it.each([
    ['member', OWN],
    ['admin', LISTED],
    ['owner', LISTED],
    ['platform_admin', []],
  ])('gives %s what it holds', (role, scopes) => {
    expect(scopesOf([role])).toEqual(scopes);
  });

  it('joins what several roles hold, each scope once', () => {
    expect(scopesOf(['platform_admin', 'member'])).toEqual(OWN);
    expect(scopesOf(['member', 'admin', 'owner'])).toEqual(LISTED);
  });

  it.each([
    'nobody',
    'Owner',
    '',
    'constructor',
    '__proto__',
    'toString',
  ])('gives the role %j nothing', (role) => {
    expect(scopesOf([role])).toEqual([]);
  });

  it('gives nobody anything without a role', () => {
    expect(scopesOf([])).toEqual([]);
  });
});

it('has the four roles that every tenant has', () => {
  expect(Object.keys(BUILT_IN_ROLES).sort()).toEqual(['admin', 'member', 'owner', 'platform_admin']);
});
