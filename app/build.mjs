// Compiles to dist/, with the files that are read at run time beside what reads them.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'core',
  'adapters',
  'app',
  'config',
  'drizzle',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
const ASSETS = ['drizzle', 'adapters/http/pages/static'];

/** Builds into a folder of its own and then swaps, so that nobody ever runs half a build. */
export function build() {
  const began = new Date();
  const fresh = join(ROOT, `dist-${process.pid}`);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(tsc))
    throw new Error('TypeScript is not installed: run `npm ci` (with development dependencies) first');
  const { status } = spawnSync(
    process.execPath,
    [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', fresh],
    {
      stdio: ['ignore', 2, 2],
    },
  );
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error('The build failed');
  }
  for (const asset of ASSETS) cpSync(join(ROOT, asset), join(fresh, asset), { recursive: true });
  const stamp = join(fresh, '.built');
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
  const old = join(ROOT, `dist-old-${process.pid}`);
  if (existsSync(join(ROOT, 'dist'))) renameSync(join(ROOT, 'dist'), old);
  try {
    renameSync(fresh, join(ROOT, 'dist'));
  } catch (error) {
    // Another process built at the same moment, of the same sources.
    if (!isBuilt()) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

/** Whether dist/ is there and younger than every source. Without sources, as in an image, what is there is right. */
export function isBuilt() {
  const stamp = join(ROOT, 'dist', '.built');
  if (!existsSync(stamp)) return false;
  if (!existsSync(join(ROOT, 'tsconfig.build.json'))) return true;
  const built = statSync(stamp).mtimeMs;
  return SOURCES.every((source) => newest(join(ROOT, source)) < built);
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) build();
