import type pg from 'pg';
import type { SessionStore } from '../../core/sessions/index.ts';
import { createQuery } from './query.ts';
import { ageOf, type SessionAgeDetails, type SessionDetails, toLiveSession } from './session-details.ts';

const LOOK = {
  name: 'session_look',
  text: 'SELECT gatehouse.session_look($1, $2, $3) AS session',
};
const NOTE_SEEN = 'SELECT gatehouse.sessions_seen($1)';
/** How many sessions one statement notes: none of them is kept from others for long. */
const SEEN_BATCH = 1_000;
const ROTATE = {
  name: 'session_rotate',
  text: 'SELECT gatehouse.session_rotate_json($1, $2, $3, $4, $5) AS session',
};
const TENANT_EXISTS = 'SELECT FROM gatehouse.tenants WHERE id = $1';

export type SessionStoreDeps = Readonly<{
  pool: pg.Pool;
  /** How long a spent refresh token may come back for the same successor; 0: not at all. */
  graceSeconds: number;
}>;

/** `null`: there is no such session. */
type Answer = Readonly<{ session: SessionDetails | null }>;
type Looked = Readonly<{ session: (SessionDetails & SessionAgeDetails) | null }>;

/** The hot statements on sessions: one function call each, the tenant set inside (design.md, "Tenancy in the database"). */
export function createSessionStore({ pool, graceSeconds }: SessionStoreDeps): SessionStore {
  const query = createQuery(pool);

  return {
    async look(tenantId, sessionId, userId) {
      const { rows } = await query<Looked>({ ...LOOK, values: [tenantId, sessionId, userId] });
      const row = rows[0]?.session;
      if (row?.outcome === 'live') return { kind: 'live', ...toLiveSession(row), ...ageOf(row) };
      if (row) return { kind: 'ended' };
      const { rowCount } = await query(TENANT_EXISTS, [tenantId]);
      return { kind: rowCount === 0 ? 'no_tenant' : 'ended' };
    },

    async noteSeen(seen) {
      for (let from = 0; from < seen.length; from += SEEN_BATCH) {
        const batch = seen.slice(from, from + SEEN_BATCH);
        const noted = batch.map(({ tenantId, sessionId, ageMs }) => ({
          tenant: tenantId,
          session: sessionId,
          age_ms: ageMs,
        }));
        await query(NOTE_SEEN, [JSON.stringify(noted)]);
      }
    },

    async rotate({ tenantId, sessionId, number, secretHash }) {
      const values = [tenantId, sessionId, number, Buffer.from(secretHash), graceSeconds];
      const { rows } = await query<Answer>({ ...ROTATE, values });
      const row = rows[0]?.session;
      if (!row) return { kind: 'unknown' };
      const { outcome, user_id: userId } = row;
      switch (outcome) {
        case 'rotated':
        case 'repeated':
          return { kind: outcome, ...toLiveSession(row) };
        case 'tenant_suspended':
          return { kind: outcome };
        case 'reused':
          return { kind: outcome, userId };
        case 'ended':
        case 'expired':
        case 'user_inactive':
        case 'ahead':
          return { kind: 'rejected', reason: outcome, userId };
        case 'live':
          throw new Error('session_rotate_json answered as session_look does');
      }
    },
  };
}
