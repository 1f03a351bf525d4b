// The process that sends the load: takes one job after the other over IPC, and answers what came of each.
import { setTimeout as pause } from 'node:timers/promises';
import { readFigures } from '../stage/process-figures.ts';
import { type Running, startConnections } from './connections.ts';
import { startPaced } from './pacer.ts';
import type { LoadJob, LoadPart, LoadReply, LoadSample } from './protocol.ts';
import { prepareScript } from './script.ts';
import { createTally, type Tally } from './tally.ts';

/** How often memory is looked at. */
const LOOK_MS = 100;

async function run({ url, pid, parts, warmSeconds, seconds }: LoadJob): Promise<LoadSample> {
  const prepared = parts.map((part) => ({
    ...{ part, tally: createTally() },
    script: prepareScript(part.script, warmSeconds + seconds),
  }));
  const running = prepared.map(({ part, script, tally }) => start(url, part, script, tally));
  const tallies = prepared.map(({ tally }) => tally);
  await pause(warmSeconds * 1000);
  const figures = await measure(pid, seconds, tallies);
  await Promise.all(running.map((each) => each.stop()));
  return { ...figures, parts: tallies.map((tally) => tally.sample()) };
}

function start(url: string, part: LoadPart, script: ReturnType<typeof prepareScript>, tally: Tally): Running {
  const { pace } = part;
  return pace === null
    ? startConnections(url, part, script, tally)
    : startPaced(url, { ...part, pace }, script, tally);
}

/** Counts and processor time are taken in the same turn of the event loop, so that they belong together. */
async function measure(pid: number, seconds: number, tallies: readonly Tally[]) {
  const before = readFigures(pid);
  const loadBefore = process.cpuUsage();
  const beganAt = performance.now();
  for (const tally of tallies) tally.open();
  let rssMaxBytes = before.rssBytes;
  const look = setInterval(() => {
    rssMaxBytes = Math.max(rssMaxBytes, readFigures(pid).rssBytes);
  }, LOOK_MS);
  await pause(seconds * 1000);
  clearInterval(look);
  for (const tally of tallies) tally.close();
  const took = performance.now() - beganAt;
  const { cpuMicros, rssBytes } = readFigures(pid);
  const load = process.cpuUsage(loadBefore);
  return {
    ...{ seconds: took / 1000, cpuMicros: cpuMicros - before.cpuMicros, rssBytes },
    loadCpuMicros: load.user + load.system,
    rssMaxBytes: Math.max(rssMaxBytes, rssBytes),
  };
}

function reply(message: LoadReply): void {
  process.send?.(message);
}

process.on('message', (job: LoadJob) => {
  run(job)
    .then((sample) => reply({ kind: 'done', sample }))
    .catch((error: unknown) => reply({ kind: 'failed', reason: String(error) }));
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit(0));
reply({ kind: 'ready' });
