// npm run bench: measures the service beside its floors and a peer. docs/performance.md says how and why.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchArguments, CONNECTIONS_MAX, parseArguments, UsageError } from './arguments.ts';
import { goalsMarkdown, machineMarkdown, rowMarkdown } from './report/markdown.ts';
import type { RowReport } from './report/report.ts';
import { ROWS } from './rows/index.ts';
import type { Row, RowOptions } from './rows/row.ts';
import { describeMachine, type Machine } from './stage/machine.ts';
import { POSTGRES_SETTINGS } from './stage/postgres.ts';
import { stopAll } from './stage/processes.ts';
import { prepareBuild, ROOT, removeBuild } from './stage/service.ts';
import { type Stage, setStage } from './stage/stage.ts';

const THOROUGH: RowOptions = { rounds: 6, seconds: 4, connections: null, isQuick: false };
const QUICK: RowOptions = { rounds: 1, seconds: 1, connections: null, isQuick: true };

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const asked = parseArguments(
    process.argv.slice(2),
    ROWS.map(({ name }) => name),
  );
  const machine = describeMachine();
  const began = new Date();
  print(machineMarkdown(machine));
  prepareBuild();
  const stage = await setStage(asked.connections ?? CONNECTIONS_MAX);
  const reports: RowReport[] = [];
  for (const row of rowsOf(asked)) {
    const report = await row.run(stage, optionsOf(asked));
    reports.push(report);
    print(`\n${rowMarkdown(report)}`);
  }
  const text = reportMarkdown({ began, machine, stage, reports, asked });
  await cleanUp(stage);
  print(`\n${goalsMarkdown(reports)}`);
  if (asked.isSaved) print(`Saved as ${await save(text, began, machine)}`);
  const failures = reports.flatMap((report) => report.failures);
  if (failures.length === 0) return;
  print(`${failures.length} wrong answers or failures: see above`);
  process.exitCode = 1;
}

function rowsOf({ rows, isAll }: BenchArguments): readonly Row[] {
  if (rows.length > 0) return ROWS.filter(({ name }) => rows.includes(name));
  return ROWS.filter(({ isDefault }) => isDefault || isAll);
}

function optionsOf({ isQuick, rounds, seconds, connections }: BenchArguments): RowOptions {
  const base = isQuick ? QUICK : THOROUGH;
  return { ...base, rounds: rounds ?? base.rounds, seconds: seconds ?? base.seconds, connections };
}

type Run = Readonly<{
  began: Date;
  machine: Machine;
  stage: Stage;
  reports: readonly RowReport[];
  asked: BenchArguments;
}>;

function reportMarkdown({ began, machine, stage, reports, asked }: Run): string {
  const { rounds, seconds } = optionsOf(asked);
  const { version, isInMemory } = stage.postgres;
  return [
    `# Bench of ${began.toISOString().slice(0, 10)}`,
    '',
    `- Machine: ${machineMarkdown(machine)}`,
    `- PostgreSQL ${version}, ${POSTGRES_SETTINGS.join(', ')}, the rest at its defaults; data ${isInMemory ? 'in memory, so that no disk is measured' : 'on disk'}`,
    `- ${rounds} rounds of ${seconds} s for each contender, by turns; medians of the quieter rounds`,
    '',
    goalsMarkdown(reports),
    ...reports.map(rowMarkdown),
  ].join('\n');
}

async function save(text: string, began: Date, { cores, model, node }: Machine): Promise<string> {
  const kind = `${cores}-cores-${model}-node-${node}`.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');
  const path = join('bench', 'results', `${began.toISOString().slice(0, 10)}-${kind}.md`);
  await mkdir(join(ROOT, 'bench', 'results'), { recursive: true });
  await writeFile(join(ROOT, path), text);
  return path;
}

async function cleanUp(stage: Stage | null): Promise<void> {
  await stage?.load.stop();
  await stage?.postgres.stop();
  await stopAll();
  removeBuild();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cleanUp(null).finally(() => process.exit(130));
  });
}

main().catch(async (error: unknown) => {
  await cleanUp(null);
  const text = error instanceof UsageError || !(error instanceof Error) ? String(error) : String(error.stack);
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
