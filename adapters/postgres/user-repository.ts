import { and, eq, exists, type SQL, sql } from 'drizzle-orm';
import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import type { NewUser, User, UserCredential, UserInsertion, UserRepository } from '../../core/users/index.ts';
import { userRoles, users } from './schema/users.ts';
import { now } from './sql.ts';
import type { Transaction } from './transaction.ts';

const roles = sql<string[]>`ARRAY(
  SELECT ${userRoles.role} FROM ${userRoles}
  WHERE ${userRoles.tenantId} = ${users.tenantId} AND ${userRoles.userId} = ${users.id} ORDER BY ${userRoles.role}
)`;

const userColumns = {
  id: users.id,
  tenantId: users.tenantId,
  email: users.email,
  emailVerified: users.emailVerified,
  username: users.username,
  name: users.name,
  locale: users.locale,
  picture: users.picture,
  metadata: users.metadata,
  status: users.status,
  roles,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
  lastLoginAt: users.lastLoginAt,
};

export function createUserRepository(tx: Transaction, tenantId: TenantId): UserRepository {
  const byId = (id: UserId) => and(eq(users.tenantId, tenantId), eq(users.id, id));
  const findWhere = async (condition: SQL | undefined): Promise<User | null> => {
    const [row] = await tx.select(userColumns).from(users).where(condition);
    return row ?? null;
  };
  const isAny = async (condition: SQL | undefined): Promise<boolean> => {
    const rows = await tx.select({ id: users.id }).from(users).where(condition).limit(1);
    return rows.length > 0;
  };
  const emailIs = (email: User['email']) => and(eq(users.tenantId, tenantId), eq(users.email, email));
  const usernameIs = (username: NonNullable<User['username']>) =>
    and(eq(users.tenantId, tenantId), eq(users.username, username));

  return {
    ...credentialMethods(tx, tenantId),

    async insert({ roles: names, ...user }) {
      // DO NOTHING keeps the transaction usable, whichever of the two constraints is in the way.
      const inserted = await tx
        .insert(users)
        .values({ ...user, tenantId })
        .onConflictDoNothing()
        .returning({ id: users.id });
      if (inserted.length === 0) return whatIsTaken(user);
      const held = names.map((role) => ({ tenantId, userId: user.id, role }));
      if (held.length > 0) await tx.insert(userRoles).values(held);
      const made = await findWhere(byId(user.id));
      if (!made) throw new Error('A user that was just inserted cannot be found');
      return { kind: 'inserted', user: made };
    },

    findById: (id) => findWhere(byId(id)),
    findByEmail: (email) => findWhere(emailIs(email)),
    isUsernameTaken: (username) => isAny(usernameIs(username)),

    async lockAddress(email) {
      await tx.execute(
        sql`SELECT pg_advisory_xact_lock(hashtextextended(${`address:${tenantId}:${email}`}, 0))`,
      );
    },

    async addRole(userId, role) {
      const added = await tx
        .insert(userRoles)
        .values({ tenantId, userId, role })
        .onConflictDoNothing()
        .returning({ role: userRoles.role });
      return added.length > 0;
    },

    hasUserWithRole(role) {
      const holds = tx
        .select({ role: userRoles.role })
        .from(userRoles)
        .where(
          and(eq(userRoles.tenantId, tenantId), eq(userRoles.userId, users.id), eq(userRoles.role, role)),
        );
      return isAny(and(eq(users.tenantId, tenantId), eq(users.status, 'active'), exists(holds)));
    },
  };

  async function whatIsTaken({ username }: Pick<NewUser, 'username'>): Promise<UserInsertion> {
    const isUsername = username !== null && (await isAny(usernameIs(username)));
    return isUsername ? { kind: 'username_taken' } : { kind: 'email_taken' };
  }
}

type CredentialMethods = Pick<
  UserRepository,
  'lock' | 'markEmailVerified' | 'recordLogin' | 'replacePasswordHash'
>;

function credentialMethods(tx: Transaction, tenantId: TenantId): CredentialMethods {
  const byId = (id: UserId) => and(eq(users.tenantId, tenantId), eq(users.id, id));

  return {
    async lock(id): Promise<UserCredential | null> {
      const [row] = await tx
        .select({
          ...userColumns,
          passwordHash: users.passwordHash,
          credentialVersion: users.credentialVersion,
        })
        .from(users)
        .where(byId(id))
        .for('update');
      if (!row) return null;
      const { passwordHash, credentialVersion, ...user } = row;
      return { user, passwordHash, credentialVersion };
    },

    async markEmailVerified(id) {
      const marked = await tx
        .update(users)
        .set({ emailVerified: true, updatedAt: now })
        .where(and(byId(id), eq(users.emailVerified, false), eq(users.status, 'active')))
        .returning({ id: users.id });
      return marked.length > 0;
    },

    async recordLogin(id) {
      const [user] = await tx.update(users).set({ lastLoginAt: now }).where(byId(id)).returning(userColumns);
      if (!user) throw new Error('A user who signs in cannot be found');
      return user;
    },

    async replacePasswordHash(id, from, to) {
      await tx
        .update(users)
        .set({ passwordHash: to })
        .where(and(byId(id), eq(users.passwordHash, from)));
    },
  };
}
