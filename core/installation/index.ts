/**
 * Installation: what must be there before the first request.
 *
 * Holds one promise: it is made once, by whichever process is first, and never
 * when what is there cannot be read.
 *
 * @module
 */
export {
  createEnsureInstalled,
  type EnsureInstalled,
  type InstallationRepositories,
} from './ensure-installed.ts';
