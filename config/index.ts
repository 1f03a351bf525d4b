/**
 * Configuration: the only reader of the environment.
 *
 * One table (`variables/`) says of each variable what it may be, what it is
 * when left out, and what staging and production refuse. The reader,
 * `.env.example` and `docs/reference/configuration.md` are made from it.
 * Whatever is wrong is told in one error, which never holds a value.
 */
export type { Config } from './config.ts';
export { loadEnvironment } from './load-environment.ts';
export { findMisspelt } from './misspelt.ts';
export { ConfigInvalid } from './problems.ts';
export { readConfig } from './read-config.ts';
export type { Need } from './variable.ts';
