import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, lstat, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cleanEnvironment } from '../server-process.ts';
import { isInContext } from './docker-ignore.ts';
import { type Instruction, lineOf, neededFor, readDockerfile, type Stage, stageNamed } from './dockerfile.ts';

export type ImageTreeOptions = Readonly<{
  /** The checkout, or a copy of it. */
  context: string;
  /** An empty folder, in which each stage gets one of its own. */
  folder: string;
  target: string;
  /** Stages whose `npm ci` is not run: their node_modules is a link to the one in there. */
  installed: Readonly<Record<string, string>>;
}>;

/**
 * Does in folders what the build of an image does in containers, instruction by instruction as they stand in the
 * Dockerfile: copies, with `.dockerignore` in force, and the very commands of RUN. Only what lies below the working
 * directory of the image exists here, and the commands run with the programs of this machine.
 *
 * @returns the folder that is the working directory of the target
 */
export async function buildImageTree(options: ImageTreeOptions): Promise<string> {
  const stages = readDockerfile(await readFile(join(options.context, 'Dockerfile'), 'utf8'));
  for (const stage of neededFor(stages, options.target)) {
    const folder = join(options.folder, stage.name);
    const base = join(options.folder, stage.base);
    await ((await isThere(base)) ? cp(base, folder, { recursive: true }) : mkdir(folder));
    for (const instruction of stage.instructions) await perform(instruction, { ...options, stages, stage });
  }
  return join(options.folder, options.target);
}

type Step = ImageTreeOptions & Readonly<{ stages: readonly Stage[]; stage: Stage }>;

async function perform(instruction: Instruction, step: Step): Promise<void> {
  if (instruction.keyword === 'COPY') await copy(instruction, step);
  if (instruction.keyword !== 'RUN') return;
  const place = join(step.folder, step.stage.name);
  const present = step.installed[step.stage.name];
  if (instruction.text === 'npm ci' && present !== undefined)
    await symlink(join(present, 'node_modules'), join(place, 'node_modules'));
  else await run(instruction.text, place);
}

async function copy({ text, from }: Instruction, step: Step): Promise<void> {
  const paths = text.split(' ');
  const destination = join(step.folder, step.stage.name, paths.at(-1) ?? '');
  for (const source of paths.slice(0, -1)) {
    const path =
      from === null
        ? join(step.context, source)
        : join(step.folder, from, relative(workdirOf(step, from), source));
    const isFolder = (await stat(path)).isDirectory();
    const target =
      isFolder || !paths.at(-1)?.endsWith('/') ? destination : join(destination, source.replace(/.*\//, ''));
    await cp(path, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => from !== null || isInContext(relative(step.context, file)),
    });
  }
}

function workdirOf({ stages }: Step, name: string): string {
  const line = lineOf(stages, stageNamed(stages, name).name);
  const workdirs = line.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === 'WORKDIR'),
  );
  return workdirs.at(-1)?.text ?? '/';
}

/** As the shell of a build does: in the working directory, and with nothing of our settings. */
async function run(command: string, cwd: string): Promise<void> {
  // What was downloaded once is not downloaded again, and nothing is asked that a build does not need.
  const quick = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
  const child = spawn('/bin/sh', ['-c', command], {
    cwd,
    env: cleanEnvironment(quick),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`RUN ${command}\nended with ${code}:\n${output}`);
}

/** Every path below a folder, with what would tell that it was written to. */
export async function fingerprint(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const lines = await Promise.all(
    names.map(async (name) => {
      const { size, mode, mtimeMs, ctimeMs } = await lstat(join(folder, name));
      return [name, size, mode, mtimeMs, ctimeMs].join(' ');
    }),
  );
  return lines.sort();
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
