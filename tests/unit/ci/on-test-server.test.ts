import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DATABASE_FOLDERS } from '../../../vitest.database.ts';
import { filesOnTestServer } from '../../support/on-test-server.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

// What runs once more on another Postgres, by .ci/run.
const FOUND = filesOnTestServer(DATABASE_FOLDERS);

it('finds what asks for a database itself, by its harness, and by the service', () => {
  for (const file of [
    'tests/integration/catalog.test.ts',
    'tests/integration/contracts.test.ts',
    'tests/integration/migrations.test.ts',
    'tests/isolation/row-level-security.test.ts',
    'tests/races/sign-in.test.ts',
    'tests/http/auth/login.test.ts',
    'tests/security/route-matrix.test.ts',
  ])
    expect(FOUND).toContain(file);
});

it('leaves out what has a server of its own, or none', () => {
  for (const name of ['embedded-postgres', 'redis-connection', 'smtp-tls'])
    expect(FOUND).not.toContain(`tests/integration/${name}.test.ts`);
});

it('knows the only file that the server of the run is given to', () => {
  const names = readdirSync(join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' });
  const given = names.filter(
    (name) =>
      name.endsWith('.ts') && /\binject\(['"]postgres/.test(readFileSync(join(ROOT, 'tests', name), 'utf8')),
  );
  expect(given).toEqual(['support/postgres.ts']);
});
