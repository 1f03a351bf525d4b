import type { LoadPart, LoadSample, Script } from '../load/protocol.ts';
import { judgeRatio, type RatioGoal } from '../report/ratios.ts';
import type { Line, RowReport } from '../report/report.ts';
import { medians, orderOf, quieterRounds, type RoundFigures } from '../report/statistics.ts';
import type { Cores } from '../stage/machine.ts';
import type { Target } from '../stage/service.ts';
import type { Stage } from '../stage/stage.ts';
import type { RowOptions } from './row.ts';

/** Somebody who does the operation of a row, to be compared with the others. */
export type Contender = Readonly<{
  name: string;
  start(stage: Stage, cores: Cores): Promise<Target>;
  script(stage: Stage): Script | Promise<Script>;
}>;

/** Contenders that do the same, measured by turns. */
export type Contest = Readonly<{
  name: string;
  title: string;
  contenders: readonly Contender[];
  goals: readonly RatioGoal[];
  connections: number;
  /** Where the servers run; on a core of their own unless said otherwise. */
  cores?: Cores;
  /** Longer rounds for what is done a few times a second. */
  slowness?: number;
  notes?: readonly string[];
}>;

const FIRST_WARM_SECONDS = 4;
const WARM_SECONDS = 0.5;

/** Starts all contenders, measures each once in every round, and takes the medians of the quieter rounds. */
export async function runContest(contest: Contest, stage: Stage, options: RowOptions): Promise<RowReport> {
  const { contenders, cores = 'server' } = contest;
  const targets: Target[] = [];
  try {
    for (const contender of contenders) targets.push(await contender.start(stage, cores));
    return reportOf(contest, await measure(contest, { stage, targets, options }));
  } finally {
    for (const target of targets) await target.stop();
  }
}

type Scene = Readonly<{ stage: Stage; targets: readonly Target[]; options: RowOptions }>;
type Taken = Readonly<{ figures: RoundFigures[]; errors: number; failures: string[] }>;

async function measure(contest: Contest, scene: Scene): Promise<readonly Taken[]> {
  const { contenders } = contest;
  const taken = contenders.map(() => ({
    figures: [] as RoundFigures[],
    errors: 0,
    failures: [] as string[],
  }));
  for (let round = 0; round < scene.options.rounds; round += 1) {
    for (const index of orderOf(contenders.length, round)) {
      const entry = taken[index];
      if (!entry) continue;
      const sample = await measureOne(contest, scene, index, round === 0);
      const [part] = sample.parts;
      if (!part) continue;
      entry.errors += part.errors;
      if (part.firstError !== null) entry.failures.push(`${contenders[index]?.name}: ${part.firstError}`);
      entry.figures.push(figuresOf(sample));
    }
  }
  return taken;
}

async function measureOne(
  { contenders, connections, slowness = 1 }: Contest,
  { stage, targets, options }: Scene,
  index: number,
  isFirst: boolean,
): Promise<LoadSample> {
  const [contender, target] = [contenders[index], targets[index]];
  if (!contender || !target) throw new Error('There is no such contender');
  const part: LoadPart = {
    script: await contender.script(stage),
    connections: options.connections ?? connections,
    pace: null,
  };
  const { url, pid } = target;
  const warmSeconds = isFirst && !options.isQuick ? FIRST_WARM_SECONDS : WARM_SECONDS;
  return stage.load.run({ url, pid, parts: [part], warmSeconds, seconds: options.seconds * slowness });
}

function figuresOf(sample: LoadSample): RoundFigures {
  const { parts, seconds, cpuMicros, loadCpuMicros, rssBytes } = sample;
  const [part] = parts;
  const answered = part?.answered ?? 0;
  return {
    perSecond: answered / seconds,
    cpuMicros: cpuMicros / Math.max(1, answered),
    p50Ms: part?.p50Ms ?? 0,
    p99Ms: part?.p99Ms ?? 0,
    rssMb: rssBytes / 1024 ** 2,
    serverBusy: cpuMicros / 1e6 / seconds,
    loadBusy: loadCpuMicros / 1e6 / seconds,
  };
}

function reportOf(
  { name, title, contenders, goals, notes = [] }: Contest,
  taken: readonly Taken[],
): RowReport {
  const roundCount = Math.min(...taken.map(({ figures }) => figures.length));
  const rates = Array.from({ length: roundCount }, (_, round) =>
    taken.map(({ figures }) => figures[round]?.perSecond ?? 0),
  );
  const rounds = quieterRounds(rates);
  const lines: Line[] = contenders.map((contender, index) => ({
    name: contender.name,
    ...medians(taken[index]?.figures ?? [], rounds),
    errors: taken[index]?.errors ?? 0,
  }));
  return {
    ...{ name, title, lines, notes, isCompared: true },
    verdicts: goals.map((goal) => judgeRatio(goal, lines)),
    failures: taken.flatMap(({ failures }) => failures),
  };
}
