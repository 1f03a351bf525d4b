// `npm run hooks`: from then on git runs .githooks/ in this clone, which checks the fast part before each commit.
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const HOOKS = '.githooks';

function main() {
  const top = git('rev-parse', '--show-toplevel');
  if (top.error) throw new Error('git is not installed');
  if (top.status !== 0 || realpathSync(top.stdout.trim()) !== ROOT) {
    throw new Error(
      `${ROOT} is not a git checkout of its own: there is nothing to hook into. ${top.stderr.trim()}`,
    );
  }
  const present = git('config', '--local', '--get', 'core.hooksPath').stdout.trim();
  if (present !== '' && present !== HOOKS) {
    throw new Error(`This clone has hooks already, in ${present}: unset core.hooksPath first`);
  }
  const set = git('config', '--local', 'core.hooksPath', HOOKS);
  if (set.status !== 0) throw new Error(`git did not take it: ${set.stderr.trim()}`);
  process.stdout.write(
    `git runs ${HOOKS}/ in this clone now, and no longer .git/hooks/. Back: git config --unset core.hooksPath\n`,
  );
}

function git(...args) {
  return spawnSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' });
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
