import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { DATABASE, DATABASE_FOLDERS } from './vitest.database.ts';

/** Built once for all that run the service as processes of their own. */
const built = { globalSetup: ['tests/support/global-build.ts'], testTimeout: 120_000, hookTimeout: 120_000 };

/** Built servers in trouble: backends that are away, and more work than there is time for. */
const FAULTS = [
  'tests/e2e/faults/**/*.test.ts',
  'tests/e2e/{login-storm,refresh-herd,mass-revocation}.test.ts',
  'tests/e2e/refresh-model/**/*.test.ts',
];

/** What is not measured, and why. */
const UNMEASURED = [
  // Run as processes of their own by tests/e2e, which this process cannot measure.
  'app/cli.ts',
  'app/cli/**',
  'app/databases.ts',
  'app/docs.ts',
  'app/server.ts',
  'app/start-up.ts',
  // Runs in a browser; tests/unit/pages runs its text in a small DOM of its own.
  'adapters/http/pages/static/**',
  // Tables as data: nothing in them is ever called but by Drizzle's generator.
  'adapters/postgres/schema/**',
  // Types alone.
  '**/*.d.ts',
];

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['{core,adapters,app,config}/**/*.ts'],
      exclude: UNMEASURED,
      reporter: ['text-summary', 'json-summary', 'json'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
      thresholds: { lines: 92, 'core/**': { lines: 100, branches: 97 } },
    },
    // One core is left to nobody: the tests wait for Postgres as much as Postgres waits for them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{unit,architecture}/**/*.test.ts'],
          // As those of the database: loading is most of what these take.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'database',
          include: DATABASE_FOLDERS.map((folder) => `${folder}/**/*.test.ts`),
          ...DATABASE,
        },
      },
      { test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], exclude: FAULTS, ...built } },
      {
        test: {
          name: 'faults',
          include: FAULTS,
          // They promise answers within a second, so each has the machine to itself.
          fileParallelism: false,
          ...built,
        },
      },
    ],
  },
});
