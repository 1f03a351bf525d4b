import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** One file that breaks each rule: what it imports, and the rule that must say so. */
const VIOLATIONS: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['core-imports-only-core', 'core/users/a.ts', 'node:fs'],
  ['core-imports-only-core', 'core/users/b.ts', '../../adapters/crypto/thing.ts'],
  ['kernel-imports-only-kernel', 'core/kernel/c.ts', '../users/index.ts'],
  ['rooms-meet-at-the-front-door', 'core/users/d.ts', '../sessions/inner.ts'],
  ['adapters-import-core-and-themselves', 'adapters/postgres/e.ts', '../crypto/thing.ts'],
  ['adapters-import-core-and-themselves', 'adapters/postgres/f.ts', '../../config/index.ts'],
  ['config-imports-nothing-of-ours', 'config/g.ts', '../core/users/index.ts'],
  ['nobody-imports-app', 'adapters/http/h.ts', '../../app/thing.ts'],
  ['nobody-imports-tests', 'app/i.ts', '../tests/thing.ts'],
  ['fastify-stays-in-its-adapter', 'app/j.ts', 'fastify'],
  ['drizzle-stays-in-its-adapter', 'adapters/http/k.ts', 'pg'],
  ['redis-stays-in-its-adapter', 'adapters/memory/p.ts', 'ioredis'],
  ['crypto-packages-stays-in-its-adapter', 'adapters/http/l.ts', 'jose'],
  ['metrics-stays-in-its-adapter', 'adapters/http/p.ts', 'prom-client'],
  ['places-stays-in-its-adapter', 'adapters/http/r.ts', 'maxmind'],
  ['smtp-stays-in-its-adapter', 'core/users/q.ts', 'nodemailer/lib/smtp-connection'],
  ['process-packages-stays-in-its-adapter', 'adapters/http/m.ts', 'commander'],
  ['no-circles', 'app/n.ts', './o.ts'],
];
const TARGETS = [
  'core/users/index.ts',
  'core/sessions/inner.ts',
  'adapters/crypto/thing.ts',
  'config/index.ts',
  'app/thing.ts',
  'tests/thing.ts',
];

let folder = '';
let report: readonly { from: string; rule: { name: string } }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-boundaries-'));
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json'])
    await cp(join(ROOT, file), join(folder, file));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const file of TARGETS) await write(file, 'export const value = 1;\n');
  for (const [, file, imports] of VIOLATIONS)
    await write(file, `import '${imports}';\nexport const value = 1;\n`);
  await write('app/o.ts', "import './n.ts';\nexport const value = 1;\n");
  await write('app/lonely.ts', 'export const value = 1;\n');
  report = await cruise();
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(VIOLATIONS)('the rule %s bites in %s, which imports %s', (rule, file) => {
  expect(report).toContainEqual(
    expect.objectContaining({ from: file, rule: expect.objectContaining({ name: rule }) }),
  );
});

it('tells a file that nothing uses', () => {
  const lonely = expect.objectContaining({
    from: 'app/lonely.ts',
    rule: expect.objectContaining({ name: 'no-orphans' }),
  });
  expect(report).toContainEqual(lonely);
});

it.each([
  'process.exit(1)',
  'Buffer.alloc(1)',
  "fetch('x')",
  'setTimeout(() => 1)',
  "import('node:fs')",
])('compiling core alone refuses %s', async (code) => {
  await cp(join(ROOT, 'core/tsconfig.json'), join(folder, 'core/tsconfig.json'));
  await cp(join(ROOT, 'core/globals.d.ts'), join(folder, 'core/globals.d.ts'));
  await write('core/stray.ts', `export const stray = () => ${code};\n`);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const compiled = run(process.execPath, [tsc, '--noEmit', '-p', join(folder, 'core')]);
  await expect(compiled).rejects.toMatchObject({ stdout: expect.stringContaining('core/stray.ts') });
});

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), content);
}

async function cruise() {
  const cruiser = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'core',
    'adapters',
    'app',
    'config',
  ];
  const answer = await run(process.execPath, [cruiser, ...args], {
    cwd: folder,
    maxBuffer: 64 * 1024 ** 2,
  }).catch((error: { stdout: string }) => error);
  return JSON.parse(answer.stdout).summary.violations;
}
