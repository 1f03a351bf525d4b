import type { LoadPart, LoadSample } from '../load/protocol.ts';
import { type Line, NOTHING_TAKEN, type RowReport } from '../report/report.ts';
import type { Stage } from '../stage/stage.ts';
import { logins, refreshTokens, seenTokens, unseenTokens } from './contenders.ts';
import type { Row, RowOptions } from './row.ts';

const MINUTES = 10;
const MINUTE_SECONDS = 60;
const WARM_SECONDS = 30;
const DRIFT_MAX = 1.05;
const GROWTH_MAX_MB = 20;
const ANSWERED_MIN = 0.98;

/** Whether a request costs after ten minutes what it cost in the first. Takes that long, so it runs when it is named. */
export const DRIFT: Row = { name: 'drift', isDefault: false, run };

async function run(stage: Stage, { isQuick }: RowOptions): Promise<RowReport> {
  const target = await stage.service('server');
  const samples: LoadSample[] = [];
  try {
    for (let minute = 0; minute < MINUTES; minute += 1) {
      const { url, pid } = target;
      const warmSeconds = minute === 0 && !isQuick ? WARM_SECONDS : 1;
      const seconds = isQuick ? 1 : MINUTE_SECONDS - (minute === 0 ? 0 : warmSeconds);
      samples.push(await stage.load.run({ url, pid, parts: partsOf(stage), warmSeconds, seconds }));
    }
  } finally {
    await target.stop();
  }
  return reportOf(samples);
}

/** At an even pace, so that the mix is the same in every minute, and well below what the service can do. */
function partsOf(stage: Stage): readonly LoadPart[] {
  const unseen = { ...unseenTokens(stage), perSecond: 100 };
  return [
    { script: seenTokens(stage), connections: 16, pace: 1_000 },
    { script: unseen, connections: 4, pace: 50 },
    { script: refreshTokens(stage), connections: stage.people.length, pace: 200 },
    { script: logins(), connections: 4, pace: 2 },
  ];
}

function reportOf(samples: readonly LoadSample[]): RowReport {
  const lines = samples.map(lineOf);
  const [first, last] = [lines[0], lines.at(-1)];
  const ratio = (last?.cpuMicros ?? Number.NaN) / (first?.cpuMicros ?? Number.NaN);
  const growth = (last?.rssMb ?? Number.NaN) - (first?.rssMb ?? Number.NaN);
  return {
    name: 'drift',
    title: 'Ten minutes of 1,000 seen and 50 unseen tokens, 200 refreshes and 2 logins a second',
    lines,
    isCompared: false,
    verdicts: [
      {
        goal: `CPU µs/request of the last minute at most ${DRIFT_MAX} × the first’s`,
        found: `${ratio.toFixed(3)} ×`,
        isMet: ratio <= DRIFT_MAX,
      },
      {
        goal: `RSS flat (at most ${GROWTH_MAX_MB} MB more)`,
        found: `${growth.toFixed(1)} MB more`,
        isMet: growth <= GROWTH_MAX_MB,
      },
    ],
    notes: [],
    failures: samples.flatMap(failuresOf),
  };
}

/** A mix that was not answered whole is another mix, and cannot be compared. */
function failuresOf({ parts }: LoadSample, index: number): readonly string[] {
  const minute = `minute ${index + 1}`;
  return parts.flatMap(({ firstError, answered, sent }) => [
    ...(firstError === null ? [] : [`${minute}: ${firstError}`]),
    ...(answered < ANSWERED_MIN * sent ? [`${minute}: ${answered} of ${sent} answered within a second`] : []),
  ]);
}

function lineOf({ parts, seconds, cpuMicros, rssBytes }: LoadSample, index: number): Line {
  const answered = parts.reduce((sum, part) => sum + part.answered, 0);
  const [seen] = parts;
  return {
    ...NOTHING_TAKEN,
    name: `minute ${index + 1}`,
    perSecond: answered / seconds,
    cpuMicros: cpuMicros / Math.max(1, answered),
    serverBusy: cpuMicros / 1e6 / seconds,
    p50Ms: seen?.p50Ms ?? null,
    p99Ms: seen?.p99Ms ?? null,
    rssMb: rssBytes / 1024 ** 2,
    errors: parts.reduce((sum, part) => sum + part.errors, 0),
  };
}
