import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type Line, NOTHING_TAKEN, type RowReport } from '../report/report.ts';
import { medians } from '../report/statistics.ts';
import { pinned } from '../stage/machine.ts';
import { readFigures } from '../stage/process-figures.ts';
import type { Target } from '../stage/service.ts';
import type { Stage } from '../stage/stage.ts';
import { runContest } from './contest.ts';
import { BARE } from './reading.ts';
import type { Row, RowOptions } from './row.ts';

/** What the load itself can do: the bare GET by autocannon, and by wrk where that is installed. */
export const WRK: Row = { name: 'wrk', isDefault: false, run };

const CONNECTIONS = 16;

async function run(stage: Stage, options: RowOptions): Promise<RowReport> {
  const report = await runContest(BARE, stage, options);
  if (spawnSync('wrk', ['--version']).error)
    return { ...report, notes: ['There is no wrk on the PATH to compare with'] };
  const target = await stage.floor('server', 'bare.ts', '');
  try {
    return { ...report, lines: [...report.lines, await measure(target, options)] };
  } finally {
    await target.stop();
  }
}

async function measure({ url, pid }: Target, { rounds, seconds }: RowOptions): Promise<Line> {
  await send(url, seconds);
  const figures: Parameters<typeof medians>[0][number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = readFigures(pid);
    const { requests, took } = await send(url, seconds);
    const { cpuMicros, rssBytes } = readFigures(pid);
    const used = cpuMicros - before.cpuMicros;
    figures.push({
      ...{ perSecond: requests / took, cpuMicros: used / requests, serverBusy: used / 1e6 / took },
      ...{ p50Ms: 0, p99Ms: 0, loadBusy: 0, rssMb: rssBytes / 1024 ** 2 },
    });
  }
  const all = figures.map((_, round) => round);
  return {
    ...NOTHING_TAKEN,
    ...medians(figures, all),
    ...{ name: 'bare GET, sent by wrk', p50Ms: null, p99Ms: null, loadBusy: null },
  };
}

async function send(url: string, seconds: number): Promise<{ requests: number; took: number }> {
  const command = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, `${url}/auth/me`];
  const [program = '', ...parameters] = pinned('others', command);
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? [];
  if (requests === undefined || text.includes('Non-2xx')) throw new Error(`wrk failed:\n${text}`);
  return { requests: Number(requests), took: Number(took) };
}
