import type pg from 'pg';
import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { UserId } from '../../core/kernel/ids.ts';
import type { CredentialLookup } from '../../core/sign-in/index.ts';
import type { Username } from '../../core/users/index.ts';
import { createQuery } from './query.ts';

type CredentialRow = Readonly<{
  user_id: UserId;
  email: EmailAddress;
  username: Username | null;
  password_hash: string | null;
  credential_version: number;
  device_id: string | null;
}>;

const FIND = { name: 'sign_in_find', text: 'SELECT * FROM gatehouse.sign_in_find($1, $2, $3, $4)' };

/** Finds credentials by one function call each, the tenant set inside. */
export function createCredentialLookup(pool: pg.Pool): CredentialLookup {
  const query = createQuery(pool);
  return {
    async find(tenantId, identifier, deviceHashes) {
      const email = identifier.kind === 'email' ? identifier.email : null;
      const username = identifier.kind === 'username' ? identifier.username : null;
      const devices = deviceHashes.map((hash) => Buffer.from(hash));
      const { rows } = await query<CredentialRow>({ ...FIND, values: [tenantId, email, username, devices] });
      const [row] = rows;
      if (!row) return null;
      return {
        userId: row.user_id,
        email: row.email,
        username: row.username,
        passwordHash: row.password_hash,
        credentialVersion: row.credential_version,
        knownDeviceId: row.device_id,
      };
    },
  };
}
