/**
 * The embedded Postgres: what runs when nothing is configured. For development and evaluation, never for
 * production. It listens on a Unix socket only, processes share it, and the last one to leave stops it.
 */
export { hasEmbeddedBinaries } from './binaries.ts';
export { EmbeddedPostgresError } from './errors.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './start-embedded.ts';
