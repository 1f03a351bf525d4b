import { expect, it } from 'vitest';
import { createReencrypt, type SealedMails } from '../../../core/installation/index.ts';
import { BY, keyFixture } from '../tokens/key-fixture.ts';

/** Mails in batches: how many of each could be sealed anew, and how many could not. */
function mailsIn(
  batches: readonly (readonly [number, number])[],
): SealedMails & { asked(): readonly unknown[] } {
  const asked: unknown[] = [];
  return {
    asked: () => asked,
    async reseal(after) {
      asked.push(after);
      const index = Number(after ?? 0);
      const [resealed, left] = batches[index] ?? [0, 0];
      return { resealed, left, next: index + 1 < batches.length ? String(index + 1) : null };
    },
  };
}

async function setUp(sealedMails: SealedMails) {
  const { store, process, told, platformId } = await keyFixture();
  const { reseal } = process({ secrets: ['a newer one', 'the secret key'] });
  const { unitOfWork, tenantDirectory: tenants } = store;
  const reencrypt = createReencrypt({ unitOfWork, tenants, resealKeys: reseal, sealedMails });
  return { reencrypt, told, events: () => store.auditOf(platformId).slice(1) };
}

it('goes through keys and mails, batch after batch, and tells how many of each', async () => {
  const mails = mailsIn([
    [100, 0],
    [99, 1],
    [7, 2],
  ]);
  const { reencrypt, events } = await setUp(mails);

  const answer = await reencrypt(BY);

  expect(answer).toEqual({ signingKeys: { resealed: 1, left: 0 }, mails: { resealed: 206, left: 3 } });
  expect(mails.asked()).toEqual([null, '1', '2']);
  expect(events().map(({ data }) => data)).toEqual([
    { kind: 'signing_keys', count: 1 },
    { kind: 'mails', count: 206 },
  ]);
});

it('tells nothing of mails where none was sealed anew', async () => {
  const { reencrypt, told } = await setUp(mailsIn([[0, 5]]));

  expect(await reencrypt(BY)).toMatchObject({ mails: { resealed: 0, left: 5 } });

  expect(told()).toEqual(['operator secrets.reencrypted']);
});

it('ends after the batch under way when it is to stop, and tells what it did', async () => {
  const mails = mailsIn([
    [100, 0],
    [100, 0],
  ]);
  const { reencrypt, events } = await setUp(mails);

  const answer = await reencrypt(BY, () => mails.asked().length > 0);

  expect(answer.mails).toEqual({ resealed: 100, left: 0 });
  expect(events().at(-1)).toMatchObject({ data: { kind: 'mails', count: 100 } });
});
