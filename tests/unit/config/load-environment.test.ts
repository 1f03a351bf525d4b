import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigInvalid, loadEnvironment } from '../../../config/index.ts';
import { temporaryFolder } from './support.ts';

function folderWith(text: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), text);
  return folder;
}

it('reads .env, and lets the process win, even with an empty value', () => {
  const folder = folderWith('PORT=1\nHOST=from-file\r\n# a comment\nLOG_LEVEL="info"\n#DOCS=off\n');

  const env = loadEnvironment({ PORT: '2', LOG_LEVEL: '' }, folder);

  expect(env).toEqual({ PORT: '2', HOST: 'from-file', LOG_LEVEL: '' });
});

it('does not look at .env when the process says ENVIRONMENT=test', () => {
  const folder = folderWith('PORT=1\n');

  expect(loadEnvironment({ ENVIRONMENT: 'test' }, folder)).toEqual({ ENVIRONMENT: 'test' });
  expect(loadEnvironment({ ENVIRONMENT: 'production' }, folder)).toMatchObject({ PORT: '1' });
});

it('goes without a .env', () => {
  expect(loadEnvironment({ PORT: '2' }, temporaryFolder())).toEqual({ PORT: '2' });
});

it('refuses a .env that cannot be read, for it may hold what matters', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.env'));

  expect(() => loadEnvironment({}, folder)).toThrow(ConfigInvalid);
});

it('leaves the process as it is', () => {
  const own = { PORT: '2' };

  loadEnvironment(own, folderWith('HOST=x\n'));

  expect(own).toEqual({ PORT: '2' });
  expect(loadEnvironment()).toMatchObject({ PATH: process.env['PATH'] });
});
