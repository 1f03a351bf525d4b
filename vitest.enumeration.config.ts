import { defineConfig } from 'vitest/config';

/**
 * What measures time runs by itself and one file after the other: `npm run test:enumeration`.
 *
 * A configuration of its own, so that neither `npm test` nor the measuring of coverage runs it beside anything else.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'enumeration',
          include: ['tests/security/enumeration/**/*.test.ts'],
          globalSetup: ['tests/support/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
