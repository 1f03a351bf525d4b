import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { execForm, lastOf, lineOf, readDockerfile } from './dockerfile.ts';

/** What the image says of the process that it starts. */
export type ImageStart = Readonly<{
  /** ENTRYPOINT and CMD, or CMD alone. */
  words: readonly string[];
  healthcheck: readonly string[];
  environment: Readonly<Record<string, string>>;
  user: Readonly<{ uid: number; gid: number }>;
}>;

/** How a target of our Dockerfile starts. */
export function imageStart(target: string): ImageStart {
  const line = lineOf(readDockerfile(), target);
  const words = (keyword: string) => execForm(lastOf(line, keyword)?.text ?? '') ?? [];
  const [uid = Number.NaN, gid = Number.NaN] = (lastOf(line, 'USER')?.text ?? '').split(':').map(Number);
  const settings = line.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === 'ENV'),
  );
  return {
    words: [...words('ENTRYPOINT'), ...words('CMD')],
    healthcheck: words('HEALTHCHECK'),
    environment: Object.assign({}, ...settings.map(({ properties }) => properties)),
    user: { uid, gid },
  };
}

/**
 * The account of the image, where this process may become another and that one can run Node. Otherwise none, which is
 * said aloud: then the process runs under our own account.
 */
export function imageAccount({ user }: ImageStart): Partial<ImageStart['user']> {
  const mayChange = process.getuid?.() === 0;
  if (mayChange && spawnSync(process.execPath, ['-v'], { ...user, cwd: '/' }).status === 0) return user;
  process.stderr.write(
    `\nThe image's process runs under our own account here, not as ${user.uid}:${user.gid}.\n\n`,
  );
  return {};
}

export type RunOptions = Readonly<{
  tree: string;
  start: ImageStart;
  account: Partial<ImageStart['user']>;
  /** What the container is given. */
  environment: Readonly<Record<string, string>>;
  log: string;
}>;

/** What a container of the image has in its environment, and nothing of ours. */
export function containerEnvironment({
  start,
  environment,
}: Pick<RunOptions, 'start' | 'environment'>): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', ...start.environment, ...environment };
}

/** Starts a program of the image as a container would. `node` is the Node that runs the tests. */
export function runInImage(options: RunOptions, words: readonly string[] = options.start.words): Child {
  const [program = '', ...rest] = words;
  return startChild(program === 'node' ? process.execPath : join(options.tree, program), rest, {
    cwd: options.tree,
    env: containerEnvironment(options),
    log: options.log,
    ...options.account,
  });
}
