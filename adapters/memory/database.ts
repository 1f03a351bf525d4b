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

  /** Has `listener` told of each commit: the data before and after it, and which tenants' tables were looked at. */
  onCommit(listener: CommitListener): void;
}

export type CommitListener = (before: Draft, after: Draft, touched: readonly TenantId[]) => void;

type Snapshot = Readonly<{ globals: GlobalTables; tenants: ReadonlyMap<TenantId, TenantTables> }>;

export function createDatabase(): Database {
  let snapshot: Snapshot = { globals: { tenants: new Map(), signingKeys: new Map() }, tenants: new Map() };
  let last: Promise<unknown> = Promise.resolve();
  const listeners: CommitListener[] = [];

  return {
    committed: () => draftOver(snapshot),
    onCommit: (listener) => {
      listeners.push(listener);
    },

    transact(work) {
      const turn = last.then(async () => {
        const touched = new Map<TenantId, TenantTables>();
        const globals = copyGlobalTables(snapshot.globals);
        const result = await work({ globals, tablesOf: (tenantId) => draftOf(snapshot, touched, tenantId) });
        const before = snapshot;
        snapshot = { globals, tenants: new Map([...snapshot.tenants, ...touched]) };
        for (const tell of listeners) tell(draftOver(before), draftOver(snapshot), [...touched.keys()]);
        return result;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

function draftOver({ globals, tenants }: Snapshot): Draft {
  return { globals, tablesOf: (tenantId) => tenants.get(tenantId) ?? copyTenantTables(undefined) };
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
