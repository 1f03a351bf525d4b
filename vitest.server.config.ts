import { defineConfig } from 'vitest/config';
import { filesOnTestServer } from './tests/support/on-test-server.ts';
import { DATABASE, DATABASE_FOLDERS } from './vitest.database.ts';

/**
 * What may say something else on another Postgres than the embedded one, and nothing besides:
 * `DATABASE_URL_TEST=postgres://… npm run test:server`.
 */
export default defineConfig({
  test: {
    projects: [{ test: { name: 'server', include: [...filesOnTestServer(DATABASE_FOLDERS)], ...DATABASE } }],
  },
});
