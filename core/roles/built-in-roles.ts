/** What a role or an API key may do, and what each means. The list is closed. */
export const SCOPES = {
  'read:user': "Read one's own profile",
  'write:user': "Change one's own profile",
  'read:session': "List one's own sessions",
  'read:audit': "Read one's own audit events",
  'read:permission': "Read the tenant's grants",
  'write:permission': 'Grant and revoke permissions',
  'check:permission': 'Ask what anyone may do',
  'verify:api-key': "Verify the tenant's API keys",
  'read:admin.users': 'Read all users',
  'write:admin.users': 'Change all users',
  'read:admin.roles': 'Read roles, groups and resource types',
  'write:admin.roles': 'Change roles, groups and resource types',
  'read:admin.audit': "Read the tenant's audit trail",
  'read:admin.settings': "Read the tenant's settings",
  'write:admin.settings': "Change the tenant's settings",
  'read:admin.connections': 'Read connections to identity providers',
  'write:admin.connections': 'Change connections to identity providers',
  'read:admin.api-keys': "Read the tenant's API keys",
  'write:admin.api-keys': "Change the tenant's API keys",
} as const;

export type Scope = keyof typeof SCOPES;

const ALL = Object.keys(SCOPES) as readonly Scope[];

/** The roles that every tenant has. `platform_admin` opens the platform routes and no scope. */
export const BUILT_IN_ROLES = {
  owner: ALL,
  admin: ALL,
  member: ['read:user', 'write:user', 'read:session', 'read:audit'],
  platform_admin: [],
} as const satisfies Record<string, readonly Scope[]>;

export type RoleName = keyof typeof BUILT_IN_ROLES;

/** Every scope that at least one of `roles` holds, in the order of {@link SCOPES}. */
export function scopesOf(roles: readonly string[]): readonly Scope[] {
  const [only, another] = roles;
  // Most users have one role, and its scopes are listed in that order.
  if (only !== undefined && another === undefined) return scopesOfOne(only);
  const held = new Set<Scope>(roles.flatMap(scopesOfOne));
  return ALL.filter((scope) => held.has(scope));
}

function scopesOfOne(role: string): readonly Scope[] {
  return Object.hasOwn(BUILT_IN_ROLES, role) ? BUILT_IN_ROLES[role as RoleName] : [];
}
