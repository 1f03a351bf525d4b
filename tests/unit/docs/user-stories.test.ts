import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { USER_STORIES } from '../../../app/docs/stories/index.ts';
import { renderUserStories } from '../../../app/docs/user-stories.ts';

const STORIES = USER_STORIES.flatMap(({ actor, stories }) => stories.map((story) => ({ actor, ...story })));
const LINKS = STORIES.flatMap(({ can, tests }) =>
  Object.entries(tests).flatMap(([file, titles]) => titles.map((title) => ({ can, file, title }))),
);

describe('each user story', () => {
  it('is told once, and proved by one test at least', () => {
    const told = STORIES.map(({ actor, can }) => `${actor}: ${can}`);
    expect(told.length).toBeGreaterThan(40);
    expect(new Set(told).size).toBe(told.length);
    expect(STORIES.filter(({ tests }) => Object.values(tests).flat().length === 0)).toEqual([]);
  });

  it.each(
    LINKS.map(({ can, file, title }): [string, string, string] => [can, file, title]),
  )('%s: leads to a test that is there: %s, %s', (_can, file, title) => {
    const source = read(file);
    const missing = title.split(' > ').filter((part) => !holdsTitle(source, part));
    expect(missing).toEqual([]);
  });
});

describe('the user stories', () => {
  it('have each row of the README that is built, and none that is not', () => {
    const rows = [...read('README.md').matchAll(/^\| ([^|]+) \| (built|not yet)[^|]* \|/gm)];
    const built = rows.flatMap(([, capability = '', state]) => (state === 'built' ? [capability] : []));
    const told = STORIES.flatMap(({ capability }) => (capability === undefined ? [] : [capability]));

    expect(built.length).toBeGreaterThan(15);
    expect(built.filter((row) => !told.some((capability) => row.startsWith(capability)))).toEqual([]);
    expect(told.filter((capability) => !built.some((row) => row.startsWith(capability)))).toEqual([]);
  });

  it('have each operation of the OpenAPI document, and no other', () => {
    const { paths } = JSON.parse(read('docs/openapi.json')) as { paths: Record<string, object> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const told = new Set(STORIES.flatMap(({ routes = [] }) => routes));

    expect([...told].sort()).toEqual([...operations].sort());
  });

  it('are written with a link to each file and the title of each test', () => {
    const page = renderUserStories();
    for (const { file, title } of LINKS) {
      expect(page).toContain(`](../${file})`);
      expect(page.replaceAll('\\', '')).toContain(`“${title}”`);
    }
  });
});

/** Whether a test or a group of tests has that title, as it is written in the source. */
function holdsTitle(source: string, title: string): boolean {
  return source
    .split(title)
    .some((before, index, all) => /\(\s*['"`]$/.test(before) && /^['"`]/.test(all[index + 1] ?? ''));
}

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}
