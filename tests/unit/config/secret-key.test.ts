import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import {
  DataFolderUnusable,
  generateSecretKey,
  loadOrCreateSecretKey,
  SecretKeyFileBroken,
} from '../../../config/secret-key.ts';
import { PRODUCTION, temporaryFolder } from './support.ts';

it('makes keys that production takes, each another', () => {
  const keys = Array.from({ length: 100 }, generateSecretKey);

  expect(new Set(keys).size).toBe(100);
  for (const key of keys) {
    expect(key).toMatch(/^[\w-]{64}$/);
    expect(readConfig({ ...PRODUCTION, SECRET_KEY: key }).secretKeys).toEqual([key]);
  }
});

describe('the key of a data folder', () => {
  it('is made once and stays', async () => {
    const folder = join(temporaryFolder(), 'new', 'data');

    const key = await loadOrCreateSecretKey(folder);

    expect(key).toMatch(/^[\w-]{64}$/);
    expect(await loadOrCreateSecretKey(folder)).toBe(key);
    expect(await loadOrCreateSecretKey(temporaryFolder())).not.toBe(key);
  });

  it('is for its owner alone', async () => {
    const folder = join(temporaryFolder(), 'data');

    await loadOrCreateSecretKey(folder);

    expect((await stat(folder)).mode & 0o777).toBe(0o711);
    expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);
  });

  it('is the same for 16 that start at once, and nothing else is left behind', async () => {
    for (let round = 0; round < 8; round++) {
      const folder = join(temporaryFolder(), 'data');

      const keys = await Promise.all(Array.from({ length: 16 }, () => loadOrCreateSecretKey(folder)));

      expect(new Set(keys).size).toBe(1);
      expect(await readdir(folder)).toEqual(['secret.key']);
    }
  });

  it('may have been written by hand, with or without a newline', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'secret.key'), `${'hand'.repeat(8)}\n`);

    expect(await loadOrCreateSecretKey(folder)).toBe('hand'.repeat(8));
  });

  it.each([
    '',
    '\n',
    'm4rker',
  ])('is not replaced when the file holds %j, and the error names the file', async (text) => {
    const folder = temporaryFolder();
    const path = join(folder, 'secret.key');
    await writeFile(path, text);

    const attempt = loadOrCreateSecretKey(folder);

    await expect(attempt).rejects.toThrow(SecretKeyFileBroken);
    await expect(attempt).rejects.toThrow(path);
    await expect(attempt).rejects.not.toThrow('m4rker');
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('a data folder that is none', () => {
  it('is told with what to do about it', async () => {
    const file = join(temporaryFolder(), 'a-file');
    await writeFile(file, '');

    const loading = loadOrCreateSecretKey(join(file, 'below'));

    await expect(loading).rejects.toThrow(DataFolderUnusable);
    await expect(loading).rejects.toThrow(
      /it is no folder\. Start in a folder of your own, or name one with DATA_DIR\.$/,
    );
  });
});
