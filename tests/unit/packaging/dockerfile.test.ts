import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';
import { isInContext } from '../../support/packaging/docker-ignore.ts';
import {
  execForm,
  lastOf,
  lineOf,
  neededFor,
  readDockerfile,
  type Stage,
  stageNamed,
} from '../../support/packaging/dockerfile.ts';
import { inRoot, readRoot } from '../../support/packaging/repository.ts';

const STAGES = readDockerfile();
const PRODUCTION = lineOf(STAGES, 'production');
const TARGETS = ['development', 'production'] as const;
const PACKAGE = JSON.parse(readRoot('package.json'));

function allOf(stages: readonly Stage[], keyword: string) {
  return stages.flatMap(({ instructions }) => instructions.filter((found) => found.keyword === keyword));
}

describe('the Dockerfile', () => {
  it('builds production where no target is named', () => {
    expect(STAGES.at(-1)?.name).toBe('production');
    expect(STAGES.map(({ name }) => name)).toContain('development');
  });

  it('makes every stage from Node 24 on bookworm-slim', () => {
    for (const { name } of STAGES) expect(lineOf(STAGES, name)[0]?.base).toBe('node:24-bookworm-slim');
  });

  it.each(TARGETS)('runs %s as a numbered account that is not root', (target) => {
    expect(lastOf(lineOf(STAGES, target), 'USER')?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it.each(TARGETS)('starts %s without a shell, and has the command line ask for its health', (target) => {
    const line = lineOf(STAGES, target);

    const words = ['ENTRYPOINT', 'CMD'].flatMap(
      (keyword) => execForm(lastOf(line, keyword)?.text ?? '[]') ?? ['shell'],
    );
    expect(words).not.toContain('shell');
    expect(words.join(' ')).toContain('app/server.');
    const health = execForm(lastOf(line, 'HEALTHCHECK')?.text ?? '');
    expect(health?.slice(1)).toEqual([expect.stringMatching(/app\/cli\.(?:js|ts)$/), 'healthcheck']);
  });

  // api.md, section 11: the image runs node itself, which then gets the signals.
  it('runs node itself in production, stopped by the signal that it listens for', () => {
    expect(execForm(lastOf(PRODUCTION, 'ENTRYPOINT')?.text ?? '')).toEqual(['node']);
    expect(execForm(lastOf(PRODUCTION, 'CMD')?.text ?? '')).toEqual(['dist/app/server.js']);
    expect(lastOf(PRODUCTION, 'STOPSIGNAL')?.text).toBe('SIGTERM');
  });

  it('is production by itself, and no setting of it is unknown or a secret', () => {
    const set = STAGES.flatMap((stage) => allOf([stage], 'ENV')).flatMap(({ properties }) =>
      Object.keys(properties),
    );
    const known = new Map(ALL_VARIABLES.map((variable) => [variable.name, variable]));

    expect(lastOf(PRODUCTION, 'ENV')?.properties).toMatchObject({
      ENVIRONMENT: 'production',
      NODE_ENV: 'production',
    });
    for (const name of set.filter((name) => name !== 'NODE_ENV')) {
      expect(known.get(name), name).toBeDefined();
      expect(known.get(name)?.isSecret ?? false, name).toBe(false);
    }
    expect(allOf(STAGES, 'ARG').map(({ text }) => text)).toEqual(['REVISION=unknown']);
  });

  it('carries the version and licence of package.json', () => {
    const labels = lastOf(PRODUCTION, 'LABEL')?.properties ?? {};
    const of = (name: string) => labels[`org.opencontainers.image.${name}`];

    expect([of('version'), of('licenses'), of('description')]).toEqual([
      PACKAGE.version,
      PACKAGE.license,
      PACKAGE.description,
    ]);
  });

  it('puts neither sources nor their tools into production', () => {
    const copies = allOf(PRODUCTION, 'COPY');

    expect(copies.map(({ from, text }) => [from, text])).toEqual([
      ['dependencies', '/app/package.json ./'],
      ['dependencies', '/app/node_modules ./node_modules'],
      ['build', '/app/dist ./dist'],
    ]);
    expect(allOf(PRODUCTION, 'RUN')).toEqual([]);
    const [install = ''] = allOf([stageNamed(STAGES, 'dependencies')], 'RUN').map(({ text }) => text);
    expect(install).toMatch(/^npm ci --omit=dev --ignore-scripts && /);
  });

  it('installs by the lock file, before the sources are there, so that a change of them installs nothing anew', () => {
    for (const { instructions } of STAGES) {
      const install = instructions.findIndex(({ text }) => text.startsWith('npm '));
      if (install < 0) continue;
      expect(instructions[install]?.text).toMatch(/^npm ci\b/);
      expect(instructions.slice(0, install).map(({ text }) => text)).toEqual([
        'package.json package-lock.json ./',
      ]);
    }
  });

  it('copies only what is in the checkout, and sent to the build', () => {
    const sources = allOf(STAGES, 'COPY')
      .filter(({ from }) => from === null)
      .flatMap(({ text }) => text.split(' ').slice(0, -1));

    expect(sources.length).toBeGreaterThan(10);
    for (const source of sources)
      expect([source, existsSync(inRoot(source)), isInContext(source)]).toEqual([source, true, true]);
    expect(allOf(STAGES, 'ADD')).toEqual([]);
  });

  it('gives the build all that the build reads', () => {
    const [, list = ''] = /const SOURCES = \[([\s\S]*?)\];/.exec(readRoot('app/build.mjs')) ?? [];
    const read = [...list.matchAll(/'([^']+)'/g)].map(([, source = '']) => source);
    const build = neededFor(STAGES, 'build')
      .flatMap((stage) => allOf([stage], 'COPY'))
      .flatMap(({ text }) => text.split(' '));

    expect(read.length).toBeGreaterThan(5);
    expect(read.filter((source) => !build.includes(source))).toEqual([]);
  });
});

describe('.dockerignore', () => {
  it.each([
    '.git/config',
    '.env',
    '.env.production',
    '.env.staging.example',
    '.gatehouse/secret.key',
    '.npmrc',
    'node_modules/pg/package.json',
    'dist/app/server.js',
    'deploy/secrets/secret_key',
    'tests/support/self-signed.ts',
    'core/.env',
    'app/node_modules/x/index.js',
    'config/server.key',
    'adapters/debug.log',
  ])('keeps %s out of the build', (path) => {
    expect(isInContext(path)).toBe(false);
  });
});
