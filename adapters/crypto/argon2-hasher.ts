import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { PasswordHasher } from '../../core/passwords/index.ts';
import { createBoundedPool, type PoolFigures } from './bounded-pool.ts';

// The package has these as `const enum`s, which cannot be imported one file at a time.
const ARGON2ID = 2;
const VERSION_13 = 1;

const SALT_BYTES = 16;
const OUTPUT_BYTES = 32;
const WAIT_MAX_MS = 800;

export type Argon2Options = Readonly<{
  /** Passes over the memory. */
  timeCost: number;
  memoryCostKib: number;
  /** Lanes, which one hash computes side by side. */
  parallelism: number;
  /** How many hashes are computed at once. Default is one lane per core: more only steal from each other. */
  concurrency?: number;
  /** How many more may wait, of all tenants together. */
  queueMax: number;
  /** How long one may wait for its turn, in milliseconds. Default is 800. */
  waitMaxMs?: number;
}>;

/** A hasher that also tells how busy it is. */
export type Argon2Hasher = PasswordHasher &
  Readonly<{
    /** How many hashes are computed at once. */
    concurrency: number;
    /** How many hashes are being computed or wait at this moment. */
    pending(): number;
    /** The same in parts, and how many were turned away. A key of the pool is a tenant. */
    figures(): PoolFigures;
  }>;

/**
 * Argon2id (RFC 9106) with 16 bytes of salt and 32 of output, off the event
 * loop and at most `concurrency` at a time, the tenants that wait in turn.
 *
 * @throws {RangeError} limits or parameters that no hash can be made with
 */
export function createArgon2Hasher(options: Argon2Options): Argon2Hasher {
  const { timeCost, memoryCostKib: memoryCost, parallelism } = options;
  const parameters = { algorithm: ARGON2ID, version: VERSION_13, timeCost, memoryCost, parallelism };
  const inForce: Parameters = { ...parameters, outputLen: OUTPUT_BYTES, saltLen: SALT_BYTES };
  const decoy = makeDecoy(options);
  if (!readParameters(decoy)) throw new RangeError('No Argon2 hash can be made with these parameters');
  const concurrency = options.concurrency ?? Math.max(1, Math.floor(availableParallelism() / parallelism));
  const pool = createBoundedPool({
    concurrency,
    queueMax: options.queueMax,
    waitMaxMs: options.waitMaxMs ?? WAIT_MAX_MS,
  });

  const verifyNothing = async (tenantId: TenantId): Promise<false> => {
    await pool.run(tenantId, () => verify(decoy, ''));
    return false;
  };

  return {
    hash: (password, tenantId) =>
      pool.run(tenantId, () =>
        hash(password, { ...parameters, outputLen: OUTPUT_BYTES, salt: randomBytes(SALT_BYTES) }),
      ),
    verify: async (phc, password, tenantId) =>
      readParameters(phc) ? pool.run(tenantId, () => verify(phc, password)) : verifyNothing(tenantId),
    verifyNothing,
    needsRehash: (phc) => {
      const made = readParameters(phc);
      return made === null || PARAMETER_NAMES.some((name) => made[name] !== inForce[name]);
    },
    concurrency,
    pending: pool.pending,
    figures: pool.figures,
  };
}

const PARAMETER_NAMES = [
  'algorithm',
  'version',
  'timeCost',
  'memoryCost',
  'parallelism',
  'outputLen',
  'saltLen',
] as const;

type Parameters = Readonly<Record<(typeof PARAMETER_NAMES)[number], number>>;

/** What `phc` was made with, or `null` when it is no Argon2 hash; {@link verify} judges by the same reader. */
function readParameters(phc: string): Parameters | null {
  try {
    return parseOptions(phc);
  } catch {
    return null;
  }
}

/** A hash in the form of a real one, with a random output: comparing with it costs the same, and no password is behind it. */
function makeDecoy({ timeCost, memoryCostKib, parallelism }: Argon2Options): string {
  const [salt, output] = [SALT_BYTES, OUTPUT_BYTES].map((length) =>
    randomBytes(length).toString('base64').replaceAll('=', ''),
  );
  return `$argon2id$v=19$m=${memoryCostKib},t=${timeCost},p=${parallelism}$${salt}$${output}`;
}
