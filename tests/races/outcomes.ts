import type { LightMyRequestResponse } from 'fastify';
import type pg from 'pg';
import { vi } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { readAudit } from '../support/postgres-harness.ts';
import type { TestService } from '../support/service.ts';

/** How many answers there were of each kind: by status, and by code where it is a problem. */
export function tally(answers: readonly LightMyRequestResponse[]): Record<string, number> {
  return count(
    answers.map((answer) => {
      const isProblem = answer.statusCode >= 400;
      return isProblem ? `${answer.statusCode} ${answer.json().code}` : String(answer.statusCode);
    }),
  );
}

/** How many calls ended in each way: `done`, or the code of the error. */
export async function tallyCalls(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  return count(
    await Promise.all(
      calls.map((call) =>
        call.then(
          () => 'done',
          (error: unknown) =>
            error instanceof Error && 'code' in error ? String(error.code) : String(error),
        ),
      ),
    ),
  );
}

function count(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** What a test looks at behind the service's back. */
export type Backstage = Readonly<{
  admin: pg.Pool;
  tenantId: TenantId;
  /** How many rows of a table of the default tenant meet a condition. */
  countRows(table: string, condition?: string): Promise<number>;
  /** How many events of each of these types the default tenant has. */
  countEvents(...types: readonly string[]): Promise<readonly number[]>;
}>;

export async function backstage({ app, database }: TestService): Promise<Backstage> {
  const admin = database.pool(null, 3);
  const { id: tenantId } = await app.services.resolveTenant.byName('default');
  return {
    ...{ admin, tenantId },
    async countRows(table, condition = 'true') {
      const { rows } = await admin.query(
        `SELECT count(*) FROM gatehouse.${table} WHERE tenant_id = $1 AND ${condition}`,
        [tenantId],
      );
      return rows[0]?.count;
    },
    async countEvents(...types) {
      const events = await readAudit(admin, tenantId);
      return types.map((wanted) => events.filter(({ type }) => type === wanted).length);
    },
  };
}

/** Resolves when `waiters` connections of the database wait for a lock that another one has. */
export async function untilBlocked(admin: pg.Pool, waiters = 1): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await admin.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
      );
      if (rows.length < waiters) throw new Error(`${rows.length} of ${waiters} wait for a lock`);
    },
    { timeout: 5_000, interval: 10 },
  );
}
