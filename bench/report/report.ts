import type { RoundFigures } from './statistics.ts';

/** One line of a row's table. A figure that was not taken is `null`. */
export type Line = Readonly<{ name: string; errors: number }> &
  Readonly<{ [Name in keyof RoundFigures]: number | null }>;

/** A line of which nothing was taken yet. */
export const NOTHING_TAKEN: Line = {
  ...{ name: '', errors: 0, perSecond: null, cpuMicros: null, p50Ms: null, p99Ms: null },
  ...{ rssMb: null, serverBusy: null, loadBusy: null },
};

/** A goal of a row, and what came of it. */
export type Verdict = Readonly<{
  /** What is asked, as `performance.md` says it. */
  goal: string;
  /** What was found, in words. */
  found: string;
  isMet: boolean;
}>;

/** What one row of the bench came to. */
export type RowReport = Readonly<{
  name: string;
  title: string;
  lines: readonly Line[];
  /** Whether the first line is compared with each of the others. */
  isCompared: boolean;
  verdicts: readonly Verdict[];
  /** What else is to be known about it, a sentence each. */
  notes: readonly string[];
  /** What went wrong: a run with any is a failed run. */
  failures: readonly string[];
}>;
