import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// Whoever follows these two pages must find what they name. Links are looked after by links.test.ts.
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const { scripts }: Readonly<{ scripts: Readonly<Record<string, string>> }> = JSON.parse(read('package.json'));

/** Made up by the guide itself, for the migration that was thrown away again. */
const THROWN_AWAY = /_session_names\b/;

/** `npm run x`, wherever a text says it. */
function scriptsIn(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm (?:run (?:--silent |-s )?)?([a-z:]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !['ci', 'install', 'packages'].includes(name));
}

/** Every path of ours that a text names, in prose, code or a command. */
function pathsIn(text: string): readonly string[] {
  const named = text.matchAll(
    /(?<![\w/.…-])((?:core|adapters|app|config|drizzle|tests|docs|bench|\.ci|\.github|\.githooks)\/[\w./@-]*\w)/g,
  );
  return [...new Set([...named].map(([, path = '']) => path))].filter((path) => !THROWN_AWAY.test(path));
}

describe.each(['CONTRIBUTING.md', 'docs/guides/add-a-feature.md'])('%s', (page) => {
  it('names no script that package.json does not have', () => {
    const named = scriptsIn(read(page));
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names no file that is not there', () => {
    const named = pathsIn(read(page));
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((path) => !existsSync(`${ROOT}${path}`))).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  it('tells of every part of the check', () => {
    const parts = Object.keys(scripts).filter((name) => name.startsWith('check:'));
    expect(scriptsIn(read('CONTRIBUTING.md'))).toEqual(expect.arrayContaining(parts));
    expect(parts.filter((part) => !scripts['check']?.includes(part))).toEqual([]);
  });

  it('tells the coverage that is held', () => {
    const [, all, branches] =
      /thresholds: \{ lines: (\d+), 'core\/\*\*': \{ lines: 100, branches: (\d+) \} \}/.exec(
        read('vitest.config.ts'),
      ) ?? [];
    expect(read('CONTRIBUTING.md')).toContain(
      `every line of \`core/\`, ${branches} % of its branches, ${all} % of all lines`,
    );
  });

  it('shows a commit as it asks for one', () => {
    const [, subject = ''] = /```text\n(.+)\n\n/.exec(read('CONTRIBUTING.md')) ?? [];
    expect(subject).toMatch(/^[a-z]+\([a-z-]+\): [a-z]/);
    expect(subject.length).toBeLessThanOrEqual(60);
  });
});

describe('what looks for names', () => {
  it('finds those that are not there', () => {
    const text = 'Run `npm run chekc` and `npm run -s docs`; see `tests/nowhere/x.test.ts` and core/kernel.';
    expect([scriptsIn(text), pathsIn(text)]).toEqual([
      ['chekc', 'docs'],
      ['tests/nowhere/x.test.ts', 'core/kernel'],
    ]);
  });
});
