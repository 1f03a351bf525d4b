/** Where tests of SQL and of whatever stands on it live. */
export const DATABASE_FOLDERS = [
  'tests/http',
  'tests/integration',
  'tests/isolation',
  'tests/races',
  'tests/security',
] as const;

/** How tests over a database run, whichever of them. */
export const DATABASE = {
  // What measures time runs alone: vitest.enumeration.config.ts.
  exclude: ['tests/security/enumeration/**'],
  globalSetup: ['tests/support/global-setup.ts'],
  // One process runs file after file: to load everything anew for each takes longer than most of them do. Nothing here
  // is kept in modules, and each test has a database of its own.
  isolate: false,
  testTimeout: 30_000,
  hookTimeout: 60_000,
};
