import type { Machine } from '../stage/machine.ts';
import { ratiosOf } from './ratios.ts';
import type { Line, RowReport } from './report.ts';

/** One figure of a table: what it is called, and how it is told of a line beside the first one. */
type Column = Readonly<{ title: string; of(line: Line, first: Line): string | null }>;

const COLUMNS: readonly Column[] = [
  { title: 'requests/s', of: ({ perSecond }) => figure(perSecond) },
  { title: 'p50 ms', of: ({ p50Ms }) => figure(p50Ms) },
  { title: 'p99 ms', of: ({ p99Ms }) => figure(p99Ms) },
  { title: 'CPU µs/request', of: ({ cpuMicros }) => figure(cpuMicros) },
  { title: 'server busy', of: ({ serverBusy }) => percent(serverBusy) },
  { title: 'load busy', of: ({ loadBusy }) => percent(loadBusy) },
  { title: 'RSS MB', of: ({ rssMb }) => figure(rssMb) },
  { title: 'errors', of: ({ errors }) => String(errors) },
];

const RATIOS: readonly Column[] = [
  { title: '× by CPU', of: (line, first) => ratio(line === first ? null : ratiosOf(first, line).cpu) },
  {
    title: '× by requests/s',
    of: (line, first) => ratio(line === first ? null : ratiosOf(first, line).rate),
  },
];

const FAILURES_SHOWN = 5;

/** A row with its table. Where lines are compared, each says how much of its speed the first one reaches. */
export function rowMarkdown(report: RowReport): string {
  const { name, title, verdicts, notes, failures } = report;
  return [
    `### ${name}: ${title}`,
    '',
    ...tableOf(report),
    ...verdicts.map(({ goal, found, isMet }) => `- **${isMet ? 'met' : 'MISSED'}**: ${goal} — ${found}`),
    ...notes.map((note) => `- ${note}`),
    ...failures.slice(0, FAILURES_SHOWN).map((failure) => `- FAILED: ${failure}`),
    ...(failures.length > FAILURES_SHOWN ? [`- FAILED: and ${failures.length - FAILURES_SHOWN} more`] : []),
    '',
  ].join('\n');
}

/** Columns in which no line has anything are left out. */
function tableOf({ lines, isCompared }: RowReport): readonly string[] {
  const [first] = lines;
  if (!first) return [];
  const columns = [...COLUMNS, ...(isCompared ? RATIOS : [])].filter(({ of }) =>
    lines.some((line) => of(line, first) !== null),
  );
  return [
    row(['', ...columns.map(({ title }) => title)]),
    row(['---', ...columns.map(() => '---:')]),
    ...lines.map((line) => row([line.name, ...columns.map(({ of }) => of(line, first) ?? '')])),
    '',
  ];
}

/** All goals of a run in one table. */
export function goalsMarkdown(reports: readonly RowReport[]): string {
  const goals = reports.flatMap(({ name, verdicts }) =>
    verdicts.map(({ goal, found, isMet }) => row([name, goal, found, isMet ? 'met' : '**missed**'])),
  );
  return [row(['row', 'goal', 'found', '']), row(['---', '---', '---', '---']), ...goals, ''].join('\n');
}

/** What was measured on, in one line. */
export function machineMarkdown(machine: Machine): string {
  const { cores, model, memoryGb, node, platform, isPinned, load } = machine;
  const pinning = isPinned
    ? 'server on the first core, load and Postgres on the others'
    : 'nothing pinned to a core';
  return `${cores} cores (${model}), ${memoryGb} GB, ${platform}, Node ${node}; ${pinning}; load before the run ${load.toFixed(1)}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Three digits that say something. */
function figure(value: number | null): string | null {
  if (value === null || Number.isNaN(value)) return null;
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function percent(share: number | null): string | null {
  return share === null ? null : `${Math.round(share * 100)} %`;
}

function ratio(value: number | null): string | null {
  return value === null ? null : value.toFixed(2);
}
