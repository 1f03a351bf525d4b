import type pg from 'pg';
import type { UserId } from '../../core/kernel/ids.ts';
import type { CredentialLookup } from '../../core/sign-in/index.ts';
import { createQuery } from './query.ts';

type CredentialRow = Readonly<{ user_id: UserId; password_hash: string | null; credential_version: number }>;

const FIND = { name: 'credential_find', text: 'SELECT * FROM gatehouse.credential_find($1, $2, $3)' };

/** Finds credentials by one function call each, the tenant set inside. */
export function createCredentialLookup(pool: pg.Pool): CredentialLookup {
  const query = createQuery(pool);
  return {
    async find(tenantId, identifier) {
      const email = identifier.kind === 'email' ? identifier.email : null;
      const username = identifier.kind === 'username' ? identifier.username : null;
      const { rows } = await query<CredentialRow>({ ...FIND, values: [tenantId, email, username] });
      const [row] = rows;
      if (!row) return null;
      return {
        userId: row.user_id,
        passwordHash: row.password_hash,
        credentialVersion: row.credential_version,
      };
    },
  };
}
