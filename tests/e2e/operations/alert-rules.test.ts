import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CATALOGUE } from '../../../adapters/metrics/catalogue.ts';
import {
  LIMIT_CLASSES,
  LIMIT_OUTCOMES,
  LOCK_KINDS,
  SIGN_IN_METHODS,
  SIGN_IN_OUTCOMES,
} from '../../../adapters/metrics/protection.ts';

const ROOT = new URL('../../../', import.meta.url);
const SCRAPED = ['job', 'instance'];
/** What is no metric in the expressions: functions, operators, and the words between them. */
const LANGUAGE = [
  ...['sum', 'max', 'min', 'count', 'rate', 'increase', 'changes', 'delta', 'absent', 'histogram_quantile'],
  ...['by', 'without', 'on', 'and', 'or', 'unless'],
];

type Rule = Readonly<{
  alert: string;
  expr: string;
  for?: string;
  labels: Readonly<{ severity: string }>;
  annotations: Readonly<{ summary: string; runbook: string }>;
}>;

const text = await readFile(new URL('deploy/prometheus/rules.yaml', ROOT), 'utf8');
const groups: readonly Readonly<{ rules: readonly Rule[] }>[] = parse(text).groups;
const rules = groups.flatMap((group) => group.rules);

// An alert on a metric that is not there never fires, and nobody notices.
it.each(rules)('the alert $alert asks for metrics and labels that there are', ({ expr }) => {
  const asked = selectorsIn(expr);

  expect(asked).not.toEqual([]);
  for (const { metric, labels } of asked) {
    const known = labelsOf(metric);
    expect(known, metric).not.toBeNull();
    for (const label of labels) expect([...SCRAPED, ...(known ?? [])]).toContain(label);
  }
});

it('asks for values that labels can have', () => {
  const values: Readonly<Record<string, readonly string[]>> = {
    mode: ['redis', 'local'],
    kind: LOCK_KINDS,
    class: LIMIT_CLASSES,
    outcome: [...LIMIT_OUTCOMES, ...SIGN_IN_OUTCOMES],
    method: SIGN_IN_METHODS,
    route: ['/ready'],
    job: ['gatehouse'],
  };
  const matchers = [...text.matchAll(/(\w+)!?="([^"]*)"/g)].map(([, label = '', value = '']) => [
    label,
    value,
  ]);

  expect(matchers.length).toBeGreaterThan(3);
  for (const [label = '', value = ''] of matchers)
    if (label !== 'status') expect(values[label], label).toContain(value);
});

it('covers every metric by which the reference tells what to watch', async () => {
  const reference = await readFile(new URL('docs/reference/metrics.md', ROOT), 'utf8');
  const [, watched = ''] = reference.split('## What to watch');
  const names = Object.keys(CATALOGUE).filter((name) => watched.includes(name));

  expect(names.length).toBeGreaterThan(5);
  for (const name of names) if (name !== 'gatehouse_hash_queue_tenants_waiting') expect(text).toContain(name);
});

it('has each alert lead to a page that is there, with a severity and a sentence', async () => {
  expect(rules.length).toBeGreaterThan(10);
  for (const { alert, labels, annotations } of rules) {
    const [path = '', heading] = annotations.runbook.split('#');
    const page = await readFile(new URL(path, ROOT), 'utf8');
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title));
    expect(['critical', 'warning'], alert).toContain(labels.severity);
    expect(annotations.summary, alert).toMatch(/^[A-Z].*\.$/);
    if (heading !== undefined) expect(headings, alert).toContain(heading);
  }
});

/** Every metric that an expression names, with the labels that it is chosen or added up by. */
function selectorsIn(expr: string): readonly Readonly<{ metric: string; labels: readonly string[] }>[] {
  const added = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/, */));
  const bare = expr.replace(/\b(by|without|on) \([^)]*\)/g, '');
  const withoutRanges = bare.replace(/\[\d+[smhd]\]/g, '');
  const found = withoutRanges.matchAll(/\b([a-z][a-z0-9_]*)(?:\{([^}]*)\})?/g);
  return [...found]
    .filter(([, name = '']) => !LANGUAGE.includes(name))
    .map(([, metric = '', chosen = '']) => ({
      metric,
      labels: [...[...chosen.matchAll(/(\w+)!?[=~]/g)].map(([, label = '']) => label), ...added],
    }));
}

/** `null`: there is no such metric. */
function labelsOf(metric: string): readonly string[] | null {
  if (metric === 'up') return [];
  const entries: Readonly<Record<string, Readonly<{ kind: string; labels: readonly string[] }>>> = CATALOGUE;
  const histogram = entries[metric.replace(/_(bucket|sum|count)$/, '')];
  if (histogram?.kind === 'histogram')
    return [...histogram.labels, ...(metric.endsWith('_bucket') ? ['le'] : [])];
  return entries[metric]?.labels ?? null;
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
