import { expect, it } from 'vitest';
import { BY, type KeyFixture, keyFixture } from './key-fixture.ts';

const OLD = ['the secret key'];
const BOTH = ['a newer one', 'the secret key'];
const NEW = ['a newer one'];

/** Whether a process with these secrets opens each key that has a private half. */
async function opens(
  { process, records }: KeyFixture,
  secrets: readonly string[],
): Promise<readonly boolean[]> {
  const keys = (await records()).map(({ key }) => key).filter(({ sealedPrivateKey }) => sealedPrivateKey);
  return keys.map((key) => process({ secrets }).factory.canOpen(key));
}

it('brings every key under the newest secret, so that the old one opens none', async () => {
  const fixture = await keyFixture();
  await fixture.keep();

  const answer = await fixture.process({ secrets: BOTH }).reseal(BY);

  expect(answer).toEqual({ resealed: 2, left: 0 });
  expect([await opens(fixture, OLD), await opens(fixture, NEW)]).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(fixture.store.auditOf(fixture.platformId).at(-1)).toMatchObject({
    type: 'secrets.reencrypted',
    data: { kind: 'signing_keys', count: 2 },
  });
});

it('changes nothing where all are under the newest already, and tells nothing', async () => {
  const { process, told, store } = await keyFixture();
  const { reseal } = process({ secrets: BOTH });
  await reseal(BY);
  const { mark } = await store.revocationLog.since(null);

  expect(await reseal(BY)).toEqual({ resealed: 0, left: 0 });
  expect(told()).toHaveLength(1);
  expect((await store.revocationLog.since(mark)).revocations).toEqual([]);
});

it('leaves what no secret at hand opens, and says how many', async () => {
  const fixture = await keyFixture();
  const { keep, reseal } = fixture.process({ secrets: ['a third'] });
  await keep();

  expect(await reseal(BY)).toEqual({ resealed: 0, left: 1 });
  expect(await fixture.process({ secrets: BOTH }).reseal(BY)).toEqual({ resealed: 1, left: 1 });
  expect(await opens(fixture, ['a third'])).toEqual([true, false]);
});

it('counts each key once, however many do it at once', async () => {
  const { process, told } = await keyFixture();

  const answers = await Promise.all(Array.from({ length: 16 }, () => process({ secrets: BOTH }).reseal(BY)));

  expect(answers.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(1);
  expect(told()).toEqual(['operator secrets.reencrypted']);
});
