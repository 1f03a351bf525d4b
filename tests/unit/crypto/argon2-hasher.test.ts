import { availableParallelism } from 'node:os';
import { hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import {
  type Argon2Hasher,
  type Argon2Options,
  createArgon2Hasher,
} from '../../../adapters/crypto/argon2-hasher.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import { passwordHasherContract } from '../../contracts/password-hasher.contract.ts';

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const OTHER_TENANT = '01900000-0000-7000-8000-000000000002' as TenantId;
const WEAK: Argon2Options = {
  timeCost: 1,
  memoryCostKib: 1024,
  parallelism: 1,
  concurrency: 2,
  queueMax: 100,
  waitMaxMs: 60_000,
};

passwordHasherContract(() => ({
  hasher: createArgon2Hasher(WEAK),
  stronger: createArgon2Hasher({ ...WEAK, memoryCostKib: 2048 }),
}));

describe('createArgon2Hasher', () => {
  it('writes Argon2id, 16 bytes of salt and 32 of output in PHC form', async () => {
    const phc = await createArgon2Hasher({ ...WEAK, timeCost: 2, parallelism: 2 }).hash(
      'Correct horse 1',
      TENANT,
    );

    expect(phc).toMatch(/^\$argon2id\$v=19\$m=1024,t=2,p=2\$[\w+/]{22}\$[\w+/]{43}$/);
  });

  it.each([
    ['time', { timeCost: 2 }],
    ['memory', { memoryCostKib: 2048 }],
    ['lanes', { parallelism: 2 }],
  ])('wants a new hash where another %s was used', async (_, change) => {
    const phc = await createArgon2Hasher({ ...WEAK, ...change }).hash('Correct horse 1', TENANT);

    expect(createArgon2Hasher(WEAK).needsRehash(phc)).toBe(true);
  });

  it.each([
    ['algorithm', { algorithm: 1 }],
    ['version', { version: 0 }],
    ['length of output', { outputLen: 16 }],
    ['length of salt', { salt: Buffer.alloc(8, 1) }],
  ])('knows a password hashed with another %s, and wants a new hash', async (_, change) => {
    const hasher = createArgon2Hasher(WEAK);
    const foreign = await hash('Correct horse 1', {
      algorithm: 2,
      memoryCost: 1024,
      timeCost: 1,
      parallelism: 1,
      ...change,
    });

    expect(await hasher.verify(foreign, 'Correct horse 1', TENANT)).toBe(true);
    expect(hasher.needsRehash(foreign)).toBe(true);
  });

  it('never tells anyone with the right password that it was wrong because of load', async () => {
    const hasher = createArgon2Hasher({ ...WEAK, queueMax: 100 });
    const phc = await hasher.hash('Correct horse 1', TENANT);

    const answers = await Promise.all(
      Array.from({ length: 30 }, () => hasher.verify(phc, 'Correct horse 1', TENANT)),
    );

    expect(answers).toEqual(Array.from({ length: 30 }, () => true));
    expect(hasher.pending()).toBe(0);
  });

  it('turns away what finds the queue full, and answers all the others rightly', async () => {
    const hasher = createArgon2Hasher({ ...WEAK, concurrency: 2, queueMax: 8 });
    const phc = await hasher.hash('Correct horse 1', TENANT);

    const calls = Array.from({ length: 30 }, () => hasher.verify(phc, 'Correct horse 1', TENANT));
    expect(hasher.pending()).toBe(10);
    const outcomes = await Promise.allSettled(calls);

    const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(values).toEqual(Array.from({ length: 10 }, () => true));
    expect(reasons).toHaveLength(20);
    expect(reasons.every((reason) => reason instanceof Unavailable)).toBe(true);
    expect(await hasher.verify(phc, 'Correct horse 1', TENANT)).toBe(true);
  });

  it.each([
    1, 2,
  ])('computes by default as many hashes of %i lanes at once as there are cores for', async (parallelism) => {
    const { concurrency: _, ...options } = WEAK;
    const hasher = createArgon2Hasher({ ...options, parallelism, queueMax: 0 });

    const outcomes = await Promise.allSettled(Array.from({ length: 64 }, () => hasher.verifyNothing(TENANT)));

    const answered = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(answered).toHaveLength(Math.max(1, Math.floor(availableParallelism() / parallelism)));
    expect(hasher.concurrency).toBe(answered.length);
  });

  it('turns away every kind of call alike, so a full queue tells nothing about an account', async () => {
    const hasher = createArgon2Hasher({ ...WEAK, concurrency: 1, queueMax: 0 });
    const phc = await hasher.hash('Correct horse 1', TENANT);
    const busy = hasher.verify(phc, 'Correct horse 1', TENANT);

    await expect(hasher.verify(phc, 'wrong', TENANT)).rejects.toBeInstanceOf(Unavailable);
    await expect(hasher.verify('no hash', 'wrong', TENANT)).rejects.toBeInstanceOf(Unavailable);
    await expect(hasher.verifyNothing(TENANT)).rejects.toBeInstanceOf(Unavailable);
    await expect(hasher.hash('new', TENANT)).rejects.toBeInstanceOf(Unavailable);

    expect(await busy).toBe(true);
  });

  it('turns away what would wait too long, and never answers false for it', async () => {
    const hasher = createArgon2Hasher({ ...WEAK, concurrency: 1, waitMaxMs: 0 });
    const phc = await hasher.hash('Correct horse 1', TENANT);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, () => hasher.verify(phc, 'Correct horse 1', TENANT)),
    );

    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toBe(true);
      else expect(outcome.reason).toBeInstanceOf(Unavailable);
    }
    expect(outcomes[0]).toEqual({ status: 'fulfilled', value: true });
  });

  it.each<[string, (hasher: Argon2Hasher, phc: string, tenantId: TenantId) => Promise<unknown>]>([
    ['a hash', (hasher, _phc, tenantId) => hasher.hash('new', tenantId)],
    ['a comparison', (hasher, phc, tenantId) => hasher.verify(phc, 'Correct horse 1', tenantId)],
    [
      'a comparison with what is no hash',
      (hasher, _phc, tenantId) => hasher.verify('no hash', 'x', tenantId),
    ],
    ['the time of one', (hasher, _phc, tenantId) => hasher.verifyNothing(tenantId)],
  ])('gives tenants their turns where the queue is full, whoever asks for %s', async (_what, ask) => {
    const hasher = createArgon2Hasher({ ...WEAK, concurrency: 1, queueMax: 3 });
    const phc = await hasher.hash('Correct horse 1', TENANT);
    const order: string[] = [];
    const noting = (name: string, tenantId: TenantId) =>
      ask(hasher, phc, tenantId).then(
        () => order.push(name),
        (error: unknown) => error,
      );

    const storm = ['first', 'second', 'third', 'fourth'].map((name) => noting(name, TENANT));
    const other = noting('other', OTHER_TENANT);

    expect(hasher.figures()).toEqual({ running: 1, waiting: 3, keysWaiting: 2, turnedAway: 1 });
    expect(await storm[3]).toBeInstanceOf(Unavailable);
    await Promise.all([...storm, other]);
    expect(order).toEqual(['first', 'second', 'other', 'third']);
    expect(hasher.figures()).toEqual({ running: 0, waiting: 0, keysWaiting: 0, turnedAway: 1 });
  });

  it.each([
    { timeCost: 0 },
    { memoryCostKib: 7 },
    { parallelism: 0 },
    { memoryCostKib: 8, parallelism: 2 },
    { timeCost: 1.5 },
  ])('refuses parameters with which no hash can be made: %j', (change) => {
    expect(() => createArgon2Hasher({ ...WEAK, ...change })).toThrow(RangeError);
  });
});
