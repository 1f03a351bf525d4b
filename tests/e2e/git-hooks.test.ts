import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cleanEnvironment, temporaryFolder } from '../support/server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHECKS = ['check:style', 'check:boundaries'];

it('checks before each commit, once it is installed', async () => {
  const clone = await cloneOf({});
  expect(await clone.commit()).toMatchObject({ code: 0 });
  expect(await clone.checked()).toBe('');

  const installed = await clone.hooks();

  expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining('.githooks') });
  expect(await clone.commit()).toMatchObject({ code: 0 });
  expect((await clone.checked()).trim().split('\n')).toEqual(CHECKS);
  expect((await clone.git('rev-list', '--count', 'HEAD')).stdout.trim()).toBe('2');
});

it.each(CHECKS)('keeps a commit from being made when %s fails', async (check) => {
  const clone = await cloneOf({ [check]: 'echo broken >&2; false' });
  await clone.hooks();

  const refused = await clone.commit();

  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('broken') });
  expect((await clone.git('rev-list', '--all')).stdout).toBe('');
});

it('can be installed again', async () => {
  const clone = await cloneOf({});
  await clone.hooks();

  expect(await clone.hooks()).toMatchObject({ code: 0 });
  expect((await clone.git('config', '--get-all', 'core.hooksPath')).stdout).toBe('.githooks\n');
});

it('leaves the hooks of somebody else alone, and says so', async () => {
  const clone = await cloneOf({});
  await clone.git('config', 'core.hooksPath', 'theirs');

  const refused = await clone.hooks();

  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('in theirs') });
  expect((await clone.git('config', '--get', 'core.hooksPath')).stdout).toBe('theirs\n');
});

it('fails outside of a checkout, and within one of something else, whose hooks it leaves alone', async () => {
  const outside = await temporaryFolder();
  await copyTo(outside, {});
  const around = await cloneOf({});
  const inner = join(around.folder, 'inner');
  await copyTo(inner, {});

  for (const folder of [outside, inner]) {
    expect(await run('npm', ['run', '--silent', 'hooks'], folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not a git checkout'),
    });
  }
  expect((await around.git('config', '--get', 'core.hooksPath')).stdout).toBe('');
});

it('knows its checkout by a link too', async () => {
  const clone = await cloneOf({});
  const link = join(await temporaryFolder(), 'link');
  await symlink(clone.folder, link);

  expect(await run('npm', ['run', '--silent', 'hooks'], link)).toMatchObject({ code: 0 });
});

type Scripts = Readonly<Record<string, string>>;

/** A checkout with our hooks and a package whose checks only note that they ran, unless `scripts` says else. */
async function cloneOf(scripts: Scripts) {
  const folder = await temporaryFolder();
  await copyTo(folder, scripts);
  const git = (...args: string[]) => run('git', args, folder);
  await git('init', '--quiet');
  await git('config', 'user.email', 'somebody@example.test');
  await git('config', 'user.name', 'Somebody');
  return {
    folder,
    git,
    hooks: () => run('npm', ['run', '--silent', 'hooks'], folder),
    commit: () => git('commit', '--quiet', '--allow-empty', '--message', 'a change'),
    checked: () => readFile(join(folder, 'checked'), 'utf8').catch(() => ''),
  };
}

async function copyTo(folder: string, scripts: Scripts): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const path of ['.githooks', 'app/hooks.mjs']) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  const ours = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const notes = Object.fromEntries(CHECKS.map((check) => [check, `echo ${check} >> checked`]));
  const packaged = { type: 'module', scripts: { hooks: ours.scripts.hooks, ...notes, ...scripts } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(packaged));
  await chmod(folder, 0o755);
}

type Answer = Readonly<{ code: number; stdout: string; stderr: string }>;

/** Runs a program as if nothing were configured on this machine, and with nothing of a git around it. */
function run(program: string, args: readonly string[], cwd: string): Promise<Answer> {
  const env = cleanEnvironment({ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' });
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
