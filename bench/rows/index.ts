import { LIMITER, LOGIN, REFRESH, REGISTER } from './changing.ts';
import { type Contest, runContest } from './contest.ts';
import { DRIFT } from './drift.ts';
import { HERD_ROW } from './herd.ts';
import { ME, ME_UNSEEN, SESSION } from './reading.ts';
import { COLD, MEMORY } from './resting.ts';
import { REVOKE } from './revoke.ts';
import type { Row } from './row.ts';
import { STORM } from './storm.ts';
import { WRK } from './wrk.ts';

const contest = (row: Contest): Row => ({
  name: row.name,
  isDefault: true,
  run: (stage, options) => runContest(row, stage, options),
});

/** Every row, in the order of the report. */
export const ROWS: readonly Row[] = [
  ...[ME, ME_UNSEEN, SESSION, REFRESH, LOGIN, REGISTER, LIMITER].map(contest),
  ...[STORM, HERD_ROW, REVOKE, COLD, MEMORY, DRIFT, WRK],
];
