/**
 * Installation: what must be there before the first request, and under which secret it is kept.
 *
 * Holds two promises: it is made once, by whichever process is first, and never
 * when what is there cannot be read; and what is sealed can be brought under a
 * new secret while everything runs.
 *
 * @module
 */
export {
  createEnsureInstalled,
  type EnsureInstalled,
  type InstallationRepositories,
} from './ensure-installed.ts';
export type { SealedMails, SealedMailsMark } from './ports.ts';
export { createReencrypt, type Reencrypt, type Reencrypted } from './reencrypt.ts';
