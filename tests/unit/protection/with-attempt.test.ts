import { expect, it } from 'vitest';
import { withAttempt } from '../../../core/protection/index.ts';
import { serviceFixture } from '../../support/service-fixture.ts';

const KEY = { name: 'identifier', hash: new Uint8Array(32), max: 1, windowSeconds: 60 } as const;

async function fixture() {
  const { store, tenant } = await serviceFixture();
  return { attempts: store.attemptStore, guess: { tenantId: tenant.id, keys: [KEY], excess: null } };
}

it('passes on why nothing was compared although the place cannot be given back', async () => {
  const { attempts, guess } = await fixture();
  const store = { ...attempts, release: () => Promise.reject(new Error('the database is away')) };
  const judging = { compare: () => Promise.reject(new Error('no turn')), conclude: async () => 'done' };

  await expect(withAttempt(store, guess, judging)).rejects.toThrow('no turn');
});

// What was compared is not free of charge, or a fault that hits wrong guesses alone would let anybody guess on.
it('keeps the place of a guess that was compared and could not be concluded', async () => {
  const { attempts, guess } = await fixture();
  const judging = {
    compare: async () => false,
    conclude: () => Promise.reject(new Error('the database is away')),
  };
  await expect(withAttempt(attempts, guess, judging)).rejects.toThrow('away');

  expect(await attempts.begin(guess.tenantId, guess.keys)).toMatchObject({ kind: 'refused', reason: 'busy' });
});
