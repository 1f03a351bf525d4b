/**
 * Roles: named sets of scopes. What a session may do is what its user's roles hold at that moment.
 *
 * @module
 */
export { BUILT_IN_ROLES, type RoleName, SCOPES, type Scope, scopesOf } from './built-in-roles.ts';
