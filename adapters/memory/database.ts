import type { TenantId } from '../../core/kernel/ids.ts';
import { copyGlobalTables, copyTenantTables, type GlobalTables, type TenantTables } from './tables.ts';

/** A private copy of the data. A tenant's tables are copied when they are first asked for. */
export type Draft = Readonly<{
  globals: GlobalTables;
  tablesOf(tenantId: TenantId): TenantTables;
}>;

/** The data of one store, and the one door through which it changes. */
export interface Database {
  /** What is committed. To be read, never to be altered. */
  committed(): Draft;

  /**
   * Runs `work` on a draft that becomes the data when `work` resolves and is
   * thrown away when it rejects. One at a time: whoever comes meanwhile waits,
   * so `work` must not wait for another transaction of the same store.
   */
  transact<T>(work: (draft: Draft) => Promise<T>): Promise<T>;
}

type Snapshot = Readonly<{ globals: GlobalTables; tenants: ReadonlyMap<TenantId, TenantTables> }>;

export function createDatabase(): Database {
  let snapshot: Snapshot = { globals: { tenants: new Map(), signingKeys: new Map() }, tenants: new Map() };
  let last: Promise<unknown> = Promise.resolve();

  return {
    committed: () => ({
      globals: snapshot.globals,
      tablesOf: (tenantId) => snapshot.tenants.get(tenantId) ?? copyTenantTables(undefined),
    }),

    transact(work) {
      const turn = last.then(async () => {
        const touched = new Map<TenantId, TenantTables>();
        const globals = copyGlobalTables(snapshot.globals);
        const result = await work({ globals, tablesOf: (tenantId) => draftOf(snapshot, touched, tenantId) });
        snapshot = { globals, tenants: new Map([...snapshot.tenants, ...touched]) };
        return result;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

function draftOf(
  { tenants }: Snapshot,
  touched: Map<TenantId, TenantTables>,
  tenantId: TenantId,
): TenantTables {
  const draft = touched.get(tenantId) ?? copyTenantTables(tenants.get(tenantId));
  touched.set(tenantId, draft);
  return draft;
}
