import type { UserId } from '../../core/kernel/ids.ts';
import type { Clock } from '../../core/kernel/ports.ts';
import type { CredentialLookup } from '../../core/sign-in/index.ts';
import type {
  Identifier,
  NewUser,
  User,
  UserCredential,
  Username,
  UserRepository,
} from '../../core/users/index.ts';
import type { Database } from './database.ts';
import { findKnownDevice } from './known-devices.ts';
import type { RepositoryContext, TenantTables } from './tables.ts';

type Users = TenantTables['users'];

/** The users of one tenant, as a draft sees them. The lock is held already: units of work run one at a time. */
export function createUserRepository(context: RepositoryContext): UserRepository {
  const { users } = context.tables;
  const now = () => context.clock.now();

  return {
    async insert(wanted) {
      if (wanted.username && findByUsername(users, wanted.username)) return { kind: 'username_taken' };
      if (findByIdentifier(users, { kind: 'email', email: wanted.email })) return { kind: 'email_taken' };
      const user = newUser(context, wanted);
      users.set(user.id, { user, passwordHash: wanted.passwordHash, credentialVersion: 1 });
      return { kind: 'inserted', user };
    },

    async findById(id) {
      return users.get(id)?.user ?? null;
    },
    async findByEmail(email) {
      return findByIdentifier(users, { kind: 'email', email })?.user ?? null;
    },
    async isUsernameTaken(username) {
      return findByUsername(users, username) !== null;
    },
    /** Units of work run one after the other here, so there is nobody to wait for. */
    async lockAddress() {},
    async lock(id) {
      return users.get(id) ?? null;
    },

    async markEmailVerified(id) {
      const user = users.get(id)?.user;
      if (user?.status !== 'active' || user.emailVerified) return false;
      changeUser(users, id, { emailVerified: true, updatedAt: now() });
      return true;
    },

    async recordLogin(id) {
      const user = changeUser(users, id, { lastLoginAt: now() });
      if (!user) throw new Error('There is no such user to sign in');
      return user;
    },

    async addRole(id, role) {
      const roles = users.get(id)?.user.roles;
      if (!roles || roles.includes(role)) return false;
      changeUser(users, id, { roles: [...roles, role].sort(), updatedAt: now() });
      return true;
    },

    async hasUserWithRole(role) {
      return [...users.values()].some(({ user }) => user.status === 'active' && user.roles.includes(role));
    },

    async replacePasswordHash(id, from, to) {
      const row = users.get(id);
      if (row?.passwordHash === from) users.set(id, { ...row, passwordHash: to });
    },
  };
}

/** Finds credentials among the users that are committed. */
export function createCredentialLookup(database: Database, clock: Clock): CredentialLookup {
  return {
    async find(tenantId, identifier, deviceHashes) {
      const { users, knownDevices } = database.committed().tablesOf(tenantId);
      const row = findByIdentifier(users, identifier);
      if (!row) return null;
      const { user, passwordHash, credentialVersion } = row;
      const device = findKnownDevice(knownDevices, user.id, deviceHashes, clock.now());
      const { id: userId, email, username } = user;
      return { userId, email, username, passwordHash, credentialVersion, knownDeviceId: device?.id ?? null };
    },
  };
}

function newUser({ tenantId, clock }: RepositoryContext, wanted: NewUser): User {
  const { id, email, emailVerified, username, name, locale, roles } = wanted;
  const createdAt = clock.now();
  return {
    ...{ id, tenantId, email, emailVerified, username, name, locale },
    picture: null,
    metadata: {},
    status: 'active',
    roles: [...new Set(roles)].sort(),
    createdAt,
    updatedAt: createdAt,
    lastLoginAt: null,
  };
}

function changeUser(users: Users, id: UserId, change: Partial<User>): User | null {
  const row = users.get(id);
  if (!row) return null;
  const user = { ...row.user, ...change };
  users.set(id, { ...row, user });
  return user;
}

function findByUsername(users: Users, username: Username): UserCredential | null {
  return findByIdentifier(users, { kind: 'username', username });
}

function findByIdentifier(users: Users, identifier: Identifier): UserCredential | null {
  const isNamed = ({ user }: UserCredential): boolean =>
    identifier.kind === 'email' ? user.email === identifier.email : user.username === identifier.username;
  return [...users.values()].find(isNamed) ?? null;
}
