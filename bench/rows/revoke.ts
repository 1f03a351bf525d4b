import { setTimeout as pause } from 'node:timers/promises';
import type { LoadSample } from '../load/protocol.ts';
import { NOTHING_TAKEN, type RowReport } from '../report/report.ts';
import { asSuperuser } from '../stage/database.ts';
import { readFigures } from '../stage/process-figures.ts';
import { makeCrowdedTenant } from '../stage/sessions.ts';
import { DATABASE, type Stage } from '../stage/stage.ts';
import { seenTokens } from './contenders.ts';
import type { Row } from './row.ts';

const SESSIONS = 100_000;
const QUICK_SESSIONS = 10_000;
const PROBES_PER_SECOND = 500;
const SECONDS = 15;
const QUICK_SECONDS = 4;
/** How long the others have been answered when it happens. */
const BEFORE_MS = 2_000;

/** What it costs to end every session of a tenant at once, and what others notice of it. */
export const REVOKE: Row = { name: 'revoke', isDefault: true, run };

async function run(stage: Stage, { isQuick }: { isQuick: boolean }): Promise<RowReport> {
  const count = isQuick ? QUICK_SESSIONS : SESSIONS;
  const tenantId = await makeCrowdedTenant(stage.postgres, DATABASE, count);
  const target = await stage.service('server');
  const { url, pid } = target;
  try {
    const probes = { script: seenTokens(stage), connections: 16, pace: PROBES_PER_SECOND };
    const load = stage.load.run({
      ...{ url, pid, parts: [probes], warmSeconds: 1 },
      seconds: isQuick ? QUICK_SECONDS : SECONDS,
    });
    const [sample, took] = await Promise.all([load, endAll(stage, tenantId, pid)]);
    return reportOf(count, sample, took);
  } finally {
    await target.stop();
  }
}

type Took = Readonly<{ seconds: number; beforeMb: number }>;

async function endAll(stage: Stage, tenantId: string, pid: number): Promise<Took> {
  await pause(BEFORE_MS);
  const beforeMb = readFigures(pid).rssBytes / 1024 ** 2;
  const begunAt = performance.now();
  await asSuperuser(stage.postgres, DATABASE, END_ALL, [tenantId]);
  return { seconds: (performance.now() - begunAt) / 1000, beforeMb };
}

const END_ALL = `
  UPDATE gatehouse.sessions SET ended_at = clock_timestamp(), end_reason = 'revoked'
  WHERE tenant_id = $1::uuid AND ended_at IS NULL`;

function reportOf(count: number, sample: LoadSample, { seconds, beforeMb }: Took): RowReport {
  const [part] = sample.parts;
  const mostMb = sample.rssMaxBytes / 1024 ** 2;
  return {
    name: 'revoke',
    title: `${count.toLocaleString('en')} sessions of one tenant ended in one statement, beside ${PROBES_PER_SECOND} probes a second of another tenant`,
    lines: [
      {
        ...NOTHING_TAKEN,
        name: 'gatehouse: probes',
        p50Ms: part?.p50Ms ?? null,
        p99Ms: part?.p99Ms ?? null,
        rssMb: mostMb,
        errors: part?.errors ?? 0,
      },
    ],
    ...{ isCompared: false, verdicts: [] },
    notes: [
      `Committed after ${seconds.toFixed(1)} s; RSS ${Math.round(beforeMb)} MB before, ${Math.round(mostMb)} MB at most`,
      `${(((part?.answered ?? 0) / Math.max(1, part?.sent ?? 0)) * 100).toFixed(2)} % of the probes answered within a second`,
    ],
    failures: part?.firstError ? [part.firstError] : [],
  };
}
