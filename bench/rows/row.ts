import type { RowReport } from '../report/report.ts';
import type { Stage } from '../stage/stage.ts';

/** How thoroughly to measure. */
export type RowOptions = Readonly<{
  rounds: number;
  /** Of one contender in one round. */
  seconds: number;
  /** Instead of what a row has; `null`: as it has. */
  connections: number | null;
  /** Nobody wants to know it exactly, only that it works. */
  isQuick: boolean;
}>;

/** One row of the bench. */
export type Row = Readonly<{
  name: string;
  /** Whether it runs where no row is named. */
  isDefault: boolean;
  run(stage: Stage, options: RowOptions): Promise<RowReport>;
}>;
