import { MigrationNotFound, MigrationRefused } from './errors.ts';
import type { Migration } from './files.ts';
import type { LedgerEntry } from './ledger.ts';

/** How far to go: all the way, so many files, or until `to` is the last one applied. */
export type Extent = 'all' | Readonly<{ count: number }> | Readonly<{ to: string }>;

/** The files at hand and what the database says of them, each in order. */
export type State = Readonly<{ files: readonly Migration[]; ledger: readonly LedgerEntry[] }>;

/**
 * What `up` is to apply, in order.
 *
 * @throws {MigrationRefused} an applied file has been changed, or one came in before another that is applied
 * @throws {MigrationNotFound} `to` is unknown
 */
export function planUp(state: State, extent: Extent): readonly Migration[] {
  refuseChanged(state);
  const pending = pendingOf(state);
  const last = currentOf(state) ?? '';
  const late = pending.filter(({ id }) => id < last);
  if (late.length > 0) throw refusal(late, `comes before ${last}, which is applied already`);
  if (extent === 'all') return pending;
  if ('count' in extent) return pending.slice(0, extent.count);
  refuseUnknown(state, extent.to);
  return pending.filter(({ id }) => id <= extent.to);
}

/**
 * What `down` is to undo, the newest first.
 *
 * @throws {MigrationRefused} an applied file has been changed, one to be undone is not at hand, or `to` is not applied
 * @throws {MigrationNotFound} `to` is unknown
 */
export function planDown(state: State, extent: Extent): readonly Migration[] {
  refuseChanged(state);
  const undone = furthestFirst(state, extent);
  const files = new Map(state.files.map((file) => [file.id, file]));
  const missing = undone.filter(({ id }) => !files.has(id));
  if (missing.length > 0) throw refusal(missing, 'has no file here: the version that applied it can undo it');
  return undone.flatMap(({ id }) => files.get(id) ?? []);
}

function furthestFirst(state: State, extent: Extent): readonly LedgerEntry[] {
  const applied = state.ledger.toReversed();
  if (extent === 'all') return applied;
  if ('count' in extent) return applied.slice(0, extent.count);
  const { to } = extent;
  refuseUnknown(state, to);
  if (!applied.some(({ id }) => id === to)) throw refusal([{ id: to }], 'is not applied');
  return applied.filter(({ id }) => id > to);
}

/** What `stamp` is to write and to strike out of the ledger. */
export type StampPlan = Readonly<{ noted: readonly Migration[]; struck: readonly string[] }>;

/**
 * What makes the ledger hold the files up to and including `to`, with their checksums, and nothing else.
 *
 * @throws {MigrationNotFound} there is no such file
 */
export function planStamp({ files, ledger }: State, to: string): StampPlan {
  if (!files.some(({ id }) => id === to)) throw new MigrationNotFound(to);
  const wanted = files.filter(({ id }) => id <= to);
  const checksums = new Map(ledger.map(({ id, checksum }) => [id, checksum]));
  const noted = wanted.filter(({ id, checksum }) => checksums.get(id) !== checksum);
  const kept = new Set(wanted.map(({ id }) => id));
  return { noted, struck: ledger.map(({ id }) => id).filter((id) => !kept.has(id)) };
}

/** The last one applied, or `null` where none is. */
export function currentOf({ ledger }: State): string | null {
  return ledger.at(-1)?.id ?? null;
}

/** The files that are not applied. */
export function pendingOf({ files, ledger }: State): readonly Migration[] {
  const applied = new Set(ledger.map(({ id }) => id));
  return files.filter(({ id }) => !applied.has(id));
}

/**
 * Refuses to go on over a past that is not the one in the files.
 *
 * @throws {MigrationRefused}
 */
export function refuseChanged({ files, ledger }: State): void {
  const checksums = new Map(ledger.map(({ id, checksum }) => [id, checksum]));
  const changed = files.filter(({ id, checksum }) => (checksums.get(id) ?? checksum) !== checksum);
  if (changed.length > 0) throw refusal(changed, 'was changed after it had been applied');
}

function refuseUnknown({ files, ledger }: State, to: string): void {
  if (![...files, ...ledger].some(({ id }) => id === to)) throw new MigrationNotFound(to);
}

function refusal(migrations: readonly Readonly<{ id: string }>[], what: string): MigrationRefused {
  return new MigrationRefused(`Migration ${migrations.map(({ id }) => id).join(', ')} ${what}`);
}
