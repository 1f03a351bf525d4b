import type { LoadSample } from '../load/protocol.ts';
import { type Line, NOTHING_TAKEN, type RowReport } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import { beginSessions } from '../stage/sessions.ts';
import { DATABASE, type Stage } from '../stage/stage.ts';
import { refreshesOf, UNAVAILABLE } from './contenders.ts';
import type { Row, RowOptions } from './row.ts';

const HERD = 5_000;
const ROUNDS_MAX = 3;
const QUICK_HERD = 500;

/** Whether everybody who comes back in one second is answered, and how soon. */
export const HERD_ROW: Row = { name: 'herd', isDefault: true, run };

async function run(stage: Stage, { rounds, isQuick }: RowOptions): Promise<RowReport> {
  const count = isQuick ? QUICK_HERD : HERD;
  const samples: LoadSample[] = [];
  for (let round = 0; round < Math.min(rounds, ROUNDS_MAX); round += 1)
    samples.push(await measure(stage, count, `herd-${round}`));
  const line = lineOf(samples);
  const share = median(
    samples.map(({ parts: [part] }) => (part ? part.answered / Math.max(1, part.sent) : 0)),
  );
  const turnedAway = median(samples.map(({ parts: [part] }) => part?.turnedAway ?? 0));
  return {
    name: 'herd',
    title: `${count.toLocaleString('en')} sessions refreshed in one second, each over a connection of its own (\`POST /auth/refresh\`)`,
    lines: [line],
    ...{ isCompared: false, verdicts: [] },
    notes: [
      `${(share * 100).toFixed(1)} % refreshed within a second, ${turnedAway} turned away with 503 and a time to come again`,
    ],
    failures: samples.flatMap(({ parts }) => parts.flatMap(({ firstError }) => firstError ?? [])),
  };
}

/** A server of its own each time, and sessions that nobody has refreshed. */
async function measure(stage: Stage, count: number, chain: string): Promise<LoadSample> {
  const tokens = await beginSessions(stage.postgres, DATABASE, count);
  const target = await stage.service('server');
  const { url, pid } = target;
  const script = refreshesOf(chain, tokens);
  const part = {
    script: { ...script, expect: { ...script.expect, turnedAway: UNAVAILABLE } },
    ...{ connections: count, pace: count },
  };
  try {
    return await stage.load.run({ url, pid, parts: [part], warmSeconds: 0, seconds: 1 });
  } finally {
    await target.stop();
  }
}

function lineOf(samples: readonly LoadSample[]): Line {
  const middle = (of: (sample: LoadSample) => number): number => median(samples.map(of));
  return {
    ...NOTHING_TAKEN,
    name: 'gatehouse',
    p50Ms: middle(({ parts: [part] }) => part?.p50Ms ?? 0),
    p99Ms: middle(({ parts: [part] }) => part?.p99Ms ?? 0),
    rssMb: middle(({ rssMaxBytes }) => rssMaxBytes / 1024 ** 2),
    errors: samples.reduce((sum, { parts }) => sum + (parts[0]?.errors ?? 0), 0),
  };
}
