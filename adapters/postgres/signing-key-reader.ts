import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { SigningKey } from '../../core/tokens/index.ts';
import { lend } from './loan.ts';
import { listSigningKeys } from './signing-key-repository.ts';

/** Reads the keys that may sign or verify at this moment, outside any unit of work: they are no tenant's. */
export function createReadSigningKeys(pool: pg.Pool): () => Promise<readonly SigningKey[]> {
  return () => lend(pool, (asked) => listSigningKeys(drizzle(asked)));
}
