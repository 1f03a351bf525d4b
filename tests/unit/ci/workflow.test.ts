import { accessSync, constants, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expressionsIn, type Job, readWorkflow } from './workflow-form.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const SOURCE = read('.github/workflows/ci.yml');

function job(name: string): Job {
  const found = readWorkflow(SOURCE).jobs[name];
  if (!found) throw new Error(`The workflow has no job ${name}`);
  return found;
}

const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);

describe('the workflow', () => {
  it('is of the form that GitHub reads', () => {
    expect(Object.keys(readWorkflow(SOURCE).jobs)).toEqual(['run', 'image']);
  });

  it.each([
    ['a misspelt key', 'runs-on:', 'run-on:'],
    ['a key twice', 'timeout-minutes: 60', 'timeout-minutes: 60\n    timeout-minutes: 5'],
    ['a step in a wrong place', '      - name: Everything', '    - name: Everything'],
    ['a job without an end', '    timeout-minutes: 30\n', ''],
    ['an action that moves', 'actions/checkout@v6', 'actions/checkout@main'],
    ["somebody else's action", 'actions/checkout@v6', 'someone/checkout@v6'],
    ['more rights', 'contents: read', 'contents: write'],
    ["our rights for a stranger's change", '  pull_request:', '  pull_request_target:'],
    ['a tab', '  pull_request:', '\tpull_request:'],
  ])('would not pass with %s', (_what, passage, instead) => {
    const altered = SOURCE.replace(passage, instead);
    expect(altered).not.toBe(SOURCE);
    expect(() => readWorkflow(altered)).toThrow();
  });

  it('speaks of nothing that a stranger could have written into a command', () => {
    expect(new Set(expressionsIn(SOURCE))).toEqual(
      new Set(['github.workflow', 'github.ref', "github.event_name == 'pull_request'", 'matrix.node']),
    );
    for (const name of ['run', 'image']) {
      for (const command of commandsOf(job(name))) expect(expressionsIn(command)).toEqual([]);
    }
  });

  it('leaves no token behind where the code of a change can find it', () => {
    const checkouts = ['run', 'image'].flatMap((name) =>
      job(name).steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')),
    );
    expect(checkouts).toHaveLength(2);
    for (const { with: options } of checkouts) expect(options).toEqual({ 'persist-credentials': false });
  });
});

describe('the job of every Node', () => {
  it('runs .ci/run and nothing beside it', () => {
    expect(commandsOf(job('run')).filter((command) => !command.startsWith('git config '))).toEqual([
      '.ci/run',
    ]);
    expect(() => accessSync(`${ROOT}.ci/run`, constants.X_OK)).not.toThrow();
  });

  it('begins with the oldest Node that package.json admits, and has that of the image', () => {
    const { engines } = JSON.parse(read('package.json'));
    const [, oldest] = /^>=(\d+)\./.exec(engines.node) ?? [];
    const [, ofImage] = /^FROM node:(\d+)-/m.exec(read('Dockerfile')) ?? [];
    const { node = [] } = job('run').strategy?.matrix ?? {};
    expect([Math.min(...node), node]).toEqual([Number(oldest), expect.arrayContaining([Number(ofImage)])]);
  });

  // .ci/run takes PostgreSQL 15 from the distribution and installs packages without asking for rights.
  it('runs as root on the Debian that has PostgreSQL 15, with somebody who buries the dead', () => {
    const { container } = job('run');
    expect(container?.image).toMatch(/^node:\$\{\{ matrix\.node \}\}-bookworm$/);
    expect(container?.options).toMatch(/(^| )--init( |$)/);
    expect(container?.options).not.toContain('--user');
  });

  it('lets git work in a checkout that belongs to another account', () => {
    expect(commandsOf(job('run'))[0]).toBe('git config --global --add safe.directory "$GITHUB_WORKSPACE"');
  });
});

describe('the job of the image', () => {
  it('runs .ci/image, outside of any container, which builds both targets of the Dockerfile', () => {
    expect([commandsOf(job('image')), job('image').container]).toEqual([['.ci/image'], undefined]);
    const script = read('.ci/image');
    const built = [...script.matchAll(/^docker build --target (\S+)/gm)].map(([, target]) => target);
    const targets = [...read('Dockerfile').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, target]) => target);
    expect(built).toEqual(['production', 'development']);
    expect(targets).toEqual(expect.arrayContaining(built));
    expect(() => accessSync(`${ROOT}.ci/image`, constants.X_OK)).not.toThrow();
  });
});
