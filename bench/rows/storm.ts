import type { LoadPart, LoadSample, Script } from '../load/protocol.ts';
import { type Line, NOTHING_TAKEN, type RowReport } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import type { Cores } from '../stage/machine.ts';
import type { Target } from '../stage/service.ts';
import type { Stage } from '../stage/stage.ts';
import { floorLogins, logins, peerLogins, peerSession, seenTokens, UNAVAILABLE } from './contenders.ts';
import type { Row, RowOptions } from './row.ts';

/** Somebody who is asked for a session while others sign in. */
type Stormed = Readonly<{
  name: string;
  cores: Cores;
  start(stage: Stage, cores: Cores): Promise<Target>;
  logins(stage: Stage): Script;
  probes(stage: Stage): Script | Promise<Script>;
}>;

const PROBES_PER_SECOND = 500;
/** So many answers may be missing at once before a probe has to wait for a connection. */
const PROBE_CONNECTIONS = 64;
const LOGINS_IN_FLIGHT = 16;
const SECONDS = 10;
const ROUNDS_MAX = 3;

const SERVICE = { start: (stage: Stage, cores: Cores) => stage.service(cores), logins, probes: seenTokens };

const OURS: readonly Stormed[] = [
  { ...SERVICE, name: 'gatehouse', cores: 'server' },
  { ...SERVICE, name: 'gatehouse on every core', cores: 'all' },
];

const STORMED: readonly Stormed[] = [
  ...OURS,
  {
    name: 'floor: composite',
    cores: 'server',
    start: (stage, cores) => stage.floor(cores, 'password.ts', 'composite'),
    logins: floorLogins,
    probes: seenTokens,
  },
  {
    name: 'peer',
    cores: 'server',
    start: async (stage, cores) => (await stage.peer()).start(cores, ''),
    logins: peerLogins,
    probes: peerSession,
  },
];

/** Whether others are answered while sixteen sign in at once. */
export const STORM: Row = { name: 'storm', isDefault: true, run };

async function run(stage: Stage, options: RowOptions): Promise<RowReport> {
  const taken = new Map<Stormed, readonly LoadSample[]>();
  for (const each of STORMED) taken.set(each, await measure(each, stage, options));
  const figures = [...taken].map(([stormed, samples]) => ({ stormed, ...figuresOf(samples) }));
  const [judged] = figures;
  if (!judged) throw new Error('Nobody was stormed');
  return {
    name: 'storm',
    title: `${LOGINS_IN_FLIGHT} logins in flight beside ${PROBES_PER_SECOND} probes a second of \`GET /auth/me\``,
    lines: figures.flatMap(({ lines }, index) => linesOf(figures[index]?.stormed.name ?? '', lines)),
    verdicts: [
      verdict(
        'p99 of the probes at most 10 ms',
        `${judged.p99Ms.toFixed(1)} ms`,
        judged.share > 0 && judged.p99Ms <= 10,
      ),
      verdict('at least 99 % answered', `${(judged.share * 100).toFixed(2)} %`, judged.share >= 0.99),
      verdict('RSS at most 200 MB', `${Math.round(judged.rssMb)} MB`, judged.rssMb <= 200),
    ],
    isCompared: false,
    notes: [...figures.map(noteOf), ...complaintsOf(taken, false).map((text) => `In the storm, ${text}`)],
    failures: complaintsOf(taken, true),
  };
}

function noteOf({ stormed, share, turnedAway }: ReturnType<typeof figuresOf> & { stormed: Stormed }): string {
  const answered = `${(share * 100).toFixed(1)} % of the probes answered within a second`;
  return `${stormed.name}: ${answered}; ${turnedAway} logins turned away in a round`;
}

/** What was wrong with answers. Of the service none may be; what others do in a storm is theirs. */
function complaintsOf(
  taken: ReadonlyMap<Stormed, readonly LoadSample[]>,
  isOurs: boolean,
): readonly string[] {
  return [...taken]
    .filter(([each]) => OURS.includes(each) === isOurs)
    .flatMap(([{ name }, samples]) =>
      samples.flatMap(({ parts }) =>
        parts.flatMap(({ firstError }) => (firstError === null ? [] : [`${name}: ${firstError}`])),
      ),
    );
}

async function measure(each: Stormed, stage: Stage, { rounds, isQuick }: RowOptions): Promise<LoadSample[]> {
  const target = await each.start(stage, each.cores);
  const parts: readonly LoadPart[] = [
    {
      script: mayBeTurnedAway(await each.probes(stage)),
      ...{ connections: PROBE_CONNECTIONS, pace: PROBES_PER_SECOND },
    },
    { script: mayBeTurnedAway(each.logins(stage)), connections: LOGINS_IN_FLIGHT, pace: null },
  ];
  const { url, pid } = target;
  const samples: LoadSample[] = [];
  try {
    for (let round = 0; round < Math.min(rounds, ROUNDS_MAX); round += 1)
      samples.push(
        await stage.load.run({
          url,
          pid,
          parts,
          warmSeconds: isQuick ? 1 : 3,
          seconds: isQuick ? 2 : SECONDS,
        }),
      );
  } finally {
    await target.stop();
  }
  return samples;
}

/** A login then comes again; a probe counts as not answered. */
function mayBeTurnedAway(script: Script): Script {
  return { ...script, expect: { ...script.expect, turnedAway: UNAVAILABLE } };
}

function figuresOf(samples: readonly LoadSample[]) {
  const middle = (of: (sample: LoadSample) => number): number => median(samples.map(of));
  const part = (index: number, name: 'p50Ms' | 'p99Ms' | 'answered' | 'turnedAway' | 'errors'): number =>
    middle(({ parts }) => parts[index]?.[name] ?? 0);
  const line = (index: number) => ({
    perSecond: middle(({ parts, seconds }) => (parts[index]?.answered ?? 0) / seconds),
    p50Ms: part(index, 'p50Ms'),
    p99Ms: part(index, 'p99Ms'),
    rssMb: middle(({ rssMaxBytes }) => rssMaxBytes / 1024 ** 2),
    errors: part(index, 'errors'),
  });
  const probes = line(0);
  return {
    lines: [probes, line(1)],
    p99Ms: probes.p99Ms,
    rssMb: probes.rssMb,
    share: middle(({ parts: [first] }) => (first ? first.answered / Math.max(1, first.sent) : 0)),
    turnedAway: part(1, 'turnedAway'),
  };
}

type Figures = ReturnType<typeof figuresOf>['lines'];

function linesOf(name: string, lines: Figures): readonly Line[] {
  return lines.map((line, index) => ({
    ...NOTHING_TAKEN,
    ...line,
    name: `${name}: ${index === 0 ? 'probes' : 'logins'}`,
  }));
}

const verdict = (goal: string, found: string, isMet: boolean) => ({ goal, found, isMet });
