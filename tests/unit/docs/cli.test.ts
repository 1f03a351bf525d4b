import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EXIT } from '../../../app/cli/exit.ts';
import { buildProgram } from '../../../app/cli/program.ts';
import { commandsOf, renderCli } from '../../../app/docs/cli.ts';
import { cliCommands } from '../../../app/docs/cli-commands.ts';
import { ConfigInvalid } from '../../../config/index.ts';
import { demandedBy } from '../../../config/reference.ts';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';

const NOTES = await cliCommands();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
  // What is empty counts as not set, whatever a `.env` says.
  for (const { name } of ALL_VARIABLES) {
    vi.stubEnv(name, '');
    vi.stubEnv(`${name}_FILE`, '');
  }
  vi.stubEnv('ENVIRONMENT', 'production');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

it('notes every command, and none that there is not', () => {
  const words = commandsOf(buildProgram()).map((leaf) => leaf.words);
  expect(Object.keys(NOTES).sort()).toEqual(words.sort());
});

it.each(Object.entries(NOTES))('%s has an example that calls it', (words, { example: { args } }) => {
  expect(args.slice(0, words.split(' ').length)).toEqual(words.split(' '));
});

const DEMANDING = Object.entries(NOTES).filter(
  ([, { need }]) => need !== null && demandedBy(need).length > 0,
);

it.each(DEMANDING)('%s demands what its section says, and no more', async (_words, { need, example }) => {
  await writeFile(join(folder, 'input'), example.input ?? '');
  const args = example.args.map((argument) => (argument === '-' ? join(folder, 'input') : argument));

  const failure = buildProgram().parseAsync(['node', 'gatehouse', ...args]);

  const error: unknown = await failure.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const missing = error instanceof ConfigInvalid ? error.problems.map(({ name }) => name) : [];
  const demanded = demandedBy(need ?? 'server').map((text) => text.split('`')[1]);
  expect(missing.sort()).toEqual(demanded.sort());
});

it('tells every exit code', async () => {
  const text = await renderCli();
  for (const code of Object.values(EXIT)) expect(text).toMatch(new RegExp(`^\\| ${code} \\| [a-z]`, 'm'));
});
