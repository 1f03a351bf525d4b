import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const database = { globalSetup: ['tests/support/global-setup.ts'], testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // One core is left to nobody: the tests wait for Postgres as much as Postgres waits for them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { test: { name: 'unit', include: ['tests/{unit,architecture}/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'database',
          include: ['tests/{integration,http,races,isolation}/**/*.test.ts'],
          ...database,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
