import { and, asc, desc, eq, gt, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { SigningKey, SigningKeyRecord, SigningKeyRepository } from '../../core/tokens/index.ts';
import { signingKeys } from './schema/tenants.ts';
import { now } from './sql.ts';
import type { Transaction } from './transaction.ts';

const { kid, state, createdAt, activatedAt, expiresAt, sealedPrivateKey } = signingKeys;

const KEY = {
  kid,
  algorithm: signingKeys.algorithm,
  state,
  publicJwk: signingKeys.publicJwk,
  sealedPrivateKey,
};
/** Two that were made within a millisecond stand in the same order wherever they are read. */
const NEWEST_FIRST = [desc(createdAt), asc(kid)];
/** A process of the last version makes an active key without saying since when it is. */
const SIGNS_SINCE = sql<Date | null>`CASE ${state} WHEN 'active' THEN coalesce(${activatedAt}, ${createdAt}) ELSE ${activatedAt} END`;
/** Cut to the millisecond, as it is stored: rounded up it would be yet to come. */
const THIS_MOMENT = sql<Date>`date_trunc('milliseconds', clock_timestamp())`;

export function createSigningKeyRepository(tx: Transaction): SigningKeyRepository {
  const change = async (set: ChangedColumns, ...where: SQL[]): Promise<boolean> => {
    const { rowCount } = await tx
      .update(signingKeys)
      .set(set)
      .where(and(...where));
    return rowCount === 1;
  };

  return {
    async insert(key) {
      await tx.insert(signingKeys).values({ ...key, activatedAt: key.state === 'active' ? now : null });
    },

    list: () => listSigningKeys(tx),
    records: () => readRecords(tx),

    async activate(id) {
      await change({ state: 'active', activatedAt: now, askedForAt: null }, eq(kid, id), eq(state, 'next'));
    },

    async askFor(id) {
      await change({ askedForAt: now }, eq(kid, id), eq(state, 'next'));
    },

    async retire(id, verifiesForSeconds) {
      const end = sql<Date>`least(${expiresAt}, ${THIS_MOMENT} + make_interval(secs => ${verifiesForSeconds}::double precision))`;
      await change(
        {
          ...{ state: 'retired', askedForAt: null, expiresAt: end },
          retiredAt: sql<Date>`coalesce(${signingKeys.retiredAt}, ${THIS_MOMENT})`,
          ...(verifiesForSeconds === 0 && { sealedPrivateKey: null }),
        },
        eq(kid, id),
      );
    },

    async eraseExpired() {
      await change({ sealedPrivateKey: null }, lte(expiresAt, now), isNotNull(sealedPrivateKey));
    },

    replaceBox: (id, old, box) => change({ sealedPrivateKey: box }, eq(kid, id), eq(sealedPrivateKey, old)),
  };
}

type ChangedColumns = Readonly<{
  [Column in keyof typeof signingKeys.$inferInsert]?: (typeof signingKeys.$inferInsert)[Column] | SQL;
}>;

/** All that may still sign or verify, the newest first. */
export function listSigningKeys(db: Pick<Transaction, 'select'>): Promise<SigningKey[]> {
  return db
    .select(KEY)
    .from(signingKeys)
    .where(or(isNull(expiresAt), gt(expiresAt, now)))
    .orderBy(...NEWEST_FIRST);
}

function readRecords(db: Pick<Transaction, 'select'>): Promise<SigningKeyRecord[]> {
  return db
    .select({
      ...{ key: KEY, createdAt, activatedAt: SIGNS_SINCE.mapWith(activatedAt), expiresAt },
      retiredAt: signingKeys.retiredAt,
      isExpired: sql<boolean>`coalesce(${expiresAt} <= clock_timestamp(), false)`,
      publishedSeconds: secondsSince(sql`${createdAt}`).mapWith(Number),
      signingSeconds: secondsSince(SIGNS_SINCE),
      isAskedFor: sql<boolean>`${signingKeys.askedForAt} IS NOT NULL`,
    })
    .from(signingKeys)
    .orderBy(...NEWEST_FIRST);
}

/** By the database's clock. */
function secondsSince(instant: SQL): SQL<number> {
  return sql<number>`extract(epoch FROM clock_timestamp() - ${instant})::double precision`;
}
