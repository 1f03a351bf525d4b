import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharedFaultPostgres } from '../../support/fault-postgres.ts';
import { commands } from './commands.ts';
import { follow } from './follow.ts';
import { startWorld, USERS_BY_SESSION } from './world.ts';

const MORE = process.env['REFRESH_MODEL_RUNS'];
/** How many interleavings; more of them, from another seed and as long as it takes, where somebody has the time. */
const RUNS = Number(MORE ?? 40);
const SEED = Number(process.env['REFRESH_MODEL_SEED'] ?? 20_261_122);
/** What is not tried by then, and not made smaller, is left on a slow machine. */
const BOUND = MORE ? {} : { interruptAfterTimeLimit: 40_000 };
const TIMEOUT_MS = 120_000 + (MORE ? RUNS * 20_000 : 0);

const postgres = sharedFaultPostgres();

// Rule 15 and design.md, "Refresh tokens: one row, no list". A failure tells its seed and its least interleaving.
it(
  'refreshes, repeats, refuses and ends as the reference model does, in whatever order two processes are asked',
  async () => {
    const world = await startWorld(await postgres().createDatabase());
    let count = 0;

    await fc.assert(
      fc.asyncProperty(commands(USERS_BY_SESSION.length), async (interleaving) => {
        await follow(world, interleaving);
        count += interleaving.length;
      }),
      { numRuns: RUNS, seed: SEED, ...BOUND },
    );

    expect(count).toBeGreaterThan(0);
    if (MORE)
      process.stderr.write(`\n${RUNS} interleavings of ${count} commands were as the model says.\n\n`);
  },
  TIMEOUT_MS,
);
