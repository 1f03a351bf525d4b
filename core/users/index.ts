/**
 * Users: the people of a tenant.
 *
 * Holds one promise: within a tenant an address and a username each name at
 * most one user, however many requests try at the same moment.
 *
 * @module
 */
export { EmailAlreadyRegistered, type UserError, UsernameTaken } from './errors.ts';
export { type Identifier, identifierText, parseIdentifier } from './identifier.ts';
export { parseUsername, type User, type UserCredential, type Username, type UserStatus } from './model.ts';
export type { NewUser, UserInsertion, UserRepository } from './ports.ts';
