import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Line, NOTHING_TAKEN } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import { readFigures } from '../stage/process-figures.ts';
import { startService, type Target } from '../stage/service.ts';
import type { Row } from './row.ts';

const STARTS = 5;
const STARTS_EMBEDDED = 3;
const COLD_MAX_MS = 1_000;
const COLD_EMBEDDED_MAX_MS = 5_000;
const IDLE_SECONDS = 30;

/** From the start of the process until `/ready` says yes. */
export const COLD: Row = {
  name: 'cold',
  isDefault: true,
  async run(stage, { isQuick }) {
    const starts = isQuick ? 1 : STARTS;
    const up = await medianStart(starts, () => stage.service('all'));
    const embedded = await medianStart(isQuick ? 1 : STARTS_EMBEDDED, startEmbeddedService);
    const peer = await medianStart(starts, async () => (await stage.peer()).start('all', ''));
    return {
      name: 'cold',
      title: 'From the start of the process until `/ready` says yes, medians',
      lines: [],
      isCompared: false,
      verdicts: [
        {
          goal: `database up: at most ${COLD_MAX_MS} ms`,
          found: `${Math.round(up)} ms`,
          isMet: up <= COLD_MAX_MS,
        },
        {
          goal: `embedded, first time: at most ${COLD_EMBEDDED_MAX_MS} ms`,
          found: `${Math.round(embedded)} ms`,
          isMet: embedded <= COLD_EMBEDDED_MAX_MS,
        },
      ],
      notes: [`The peer, its schema in place: ${Math.round(peer)} ms`],
      failures: [],
    };
  },
};

/** Resident memory while nobody asks for anything. */
export const MEMORY: Row = {
  name: 'memory',
  isDefault: true,
  async run(stage, { isQuick }) {
    const seconds = isQuick ? 2 : IDLE_SECONDS;
    return {
      name: 'memory',
      title: `Resident memory after the start and ${seconds} s later, nobody asking for anything`,
      lines: [
        ...(await idle('gatehouse', await stage.service('all'), seconds)),
        ...(await idle('bare GET', await stage.floor('all', 'bare.ts', ''), seconds)),
        ...(await idle('peer', await (await stage.peer()).start('all', ''), seconds)),
      ],
      ...{ isCompared: false, verdicts: [], failures: [] },
      notes: ['The bare GET is run by tsx, which has a share in its memory'],
    };
  },
};

async function medianStart(count: number, start: () => Promise<Target>): Promise<number> {
  const took: number[] = [];
  for (let each = 0; each < count; each += 1) {
    const target = await start();
    took.push(target.readyMs);
    await target.stop();
  }
  return median(took);
}

/** With nothing configured but a folder that nobody has used yet. */
async function startEmbeddedService(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  // As root, its Postgres runs as another account.
  await chmod(folder, 0o711);
  const target = await startService('all', { DATA_DIR: folder });
  return {
    ...target,
    async stop() {
      await target.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function idle(name: string, target: Target, seconds: number): Promise<readonly Line[]> {
  const line = (when: string): Line => ({
    ...NOTHING_TAKEN,
    name: `${name}, ${when}`,
    rssMb: readFigures(target.pid).rssBytes / 1024 ** 2,
  });
  const first = line('after the start');
  await pause(seconds * 1000);
  const last = line(`${seconds} s later`);
  await target.stop();
  return [first, last];
}
