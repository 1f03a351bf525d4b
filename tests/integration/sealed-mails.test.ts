import type pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { outboxContext } from '../../adapters/postgres/outbox.ts';
import { createSealedMails } from '../../adapters/postgres/sealed-mails.ts';
import { createUnitOfWork } from '../../adapters/postgres/unit-of-work.ts';
import { fromUtf8 } from '../../core/kernel/bytes.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { SecretBox } from '../../core/kernel/ports.ts';
import { newMail } from '../contracts/samples.ts';
import { untilBlocked } from '../races/outcomes.ts';
import { email, tenantSlug } from '../support/parsed.ts';
import { createTestDatabase } from '../support/postgres.ts';

const OLD = createSecretBox(['the old one']);
const BOTH = createSecretBox(['the new one', 'the old one']);
const NEW = createSecretBox(['the new one']);
const CLAIM = `UPDATE gatehouse.outbox SET claimed_until = clock_timestamp() + interval '1 minute'`;

type StoredMail = Readonly<{ tenant_id: TenantId; id: string; sealed_token: Buffer }>;

/** Two tenants, to whose mails others can be added. */
async function outbox() {
  const database = await createTestDatabase();
  const [admin, pool] = [database.pool(null, 2), database.pool('gatehouse_app')];
  const crypto = createNodeCrypto({ now: () => new Date() });
  const tenants = [crypto.newId() as TenantId, crypto.newId() as TenantId];
  const add = (tenantId: TenantId, box: SecretBox, token: string | null) =>
    createUnitOfWork({ pool, crypto, box }).run(tenantId, ({ outbox: mails }) =>
      mails.add(newMail({ token, to: email(`${crypto.newId()}@example.com`) })),
    );
  for (const [index, id] of tenants.entries()) {
    await createUnitOfWork({ pool, crypto, box: OLD }).run(id, (repos) =>
      repos.tenants.insert({ id, slug: tenantSlug(`t-${index}`), name: 'A tenant' }),
    );
  }
  return {
    admin,
    sealedMails: (box: SecretBox, batch?: number) =>
      createSealedMails({ pool: database.pool('gatehouse_system', 2), box, ...(batch && { batch }) }),
    /** Queues so many mails at each tenant, sealed with `box`. */
    async fill(count: number, box: SecretBox = OLD) {
      for (const id of tenants)
        for (let number = 0; number < count; number += 1) await add(id, box, `a token of ${id}`);
    },
    addWithoutToken: () => add(tenants[0] ?? ('' as TenantId), OLD, null),
  };
}

async function connectTo(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect();
  onTestFinished(() => client.release(true));
  return client;
}

async function tokensIn(admin: pg.Pool, box: SecretBox): Promise<readonly string[]> {
  const { rows } = await admin.query<StoredMail>(
    'SELECT tenant_id, id, sealed_token FROM gatehouse.outbox WHERE sealed_token IS NOT NULL',
  );
  return rows.flatMap((row) => {
    try {
      const opened = box.open(row.sealed_token, outboxContext(row.tenant_id, row.id));
      return fromUtf8(opened) === `a token of ${row.tenant_id}` ? ['right'] : ['wrong'];
    } catch {
      return ['unreadable'];
    }
  });
}

it('seals the secrets of all tenants anew, in batches, and has then nothing left to do', async () => {
  const { admin, sealedMails, fill, addWithoutToken } = await outbox();
  await fill(5);
  await addWithoutToken();
  const { reseal } = sealedMails(BOTH, 4);

  const first = await reseal(null);
  const second = await reseal(first.next);
  const third = await reseal(second.next);

  expect([first, second, third].map(({ resealed, left }) => [resealed, left])).toEqual([
    [4, 0],
    [4, 0],
    [2, 0],
  ]);
  expect(third.next).toBeNull();
  expect(await tokensIn(admin, NEW)).toEqual(Array(10).fill('right'));
  expect(await tokensIn(admin, OLD)).toEqual(Array(10).fill('unreadable'));
  expect(await reseal(null)).toEqual({ resealed: 0, left: 0, next: null });
});

it('comes past what no secret at hand opens, and leaves it as it is', async () => {
  const { admin, sealedMails, fill } = await outbox();
  await fill(2, createSecretBox(['a third one']));
  await fill(1);
  const { reseal } = sealedMails(BOTH, 2);

  const [first, second] = [await reseal(null), await reseal((await reseal(null)).next)];

  expect([first, second]).toMatchObject([
    { resealed: 0, left: 2 },
    { resealed: 0, left: 2 },
  ]);
  expect(await reseal(second.next)).toMatchObject({ resealed: 2, left: 0 });
  expect((await tokensIn(admin, NEW)).toSorted()).toEqual(['right', 'right', ...Array(4).fill('unreadable')]);
});

it('leaves a mail alone while it is being sent', async () => {
  const { admin, sealedMails, fill } = await outbox();
  await fill(1);
  await admin.query(CLAIM);

  expect(await sealedMails(BOTH).reseal(null)).toMatchObject({ resealed: 0, left: 2 });

  expect(await tokensIn(admin, OLD)).toEqual(['right', 'right']);
});

it('waits for nobody who has a mail in hand, and comes back for it', async () => {
  const { admin, sealedMails, fill } = await outbox();
  await fill(1);
  const holder = await connectTo(admin);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM gatehouse.outbox ORDER BY id LIMIT 1 FOR UPDATE');

  const meanwhile = await sealedMails(BOTH).reseal(null);
  await holder.query('COMMIT');

  expect(meanwhile).toMatchObject({ resealed: 1, left: 1 });
  expect(await sealedMails(BOTH).reseal(null)).toMatchObject({ resealed: 1, left: 0 });
});

it('puts no box in the place of one that was erased or replaced since it was read', async () => {
  const { admin, sealedMails, fill } = await outbox();
  await fill(1);
  const holder = await connectTo(admin);
  await holder.query('BEGIN; LOCK TABLE gatehouse.outbox IN EXCLUSIVE MODE');
  const { rows } = await holder.query<{ id: string }>('SELECT id FROM gatehouse.outbox ORDER BY id');
  const change = (set: string, index: number) =>
    holder.query(`UPDATE gatehouse.outbox SET ${set} WHERE id = $1`, [rows[index]?.id]);
  await change(`status = 'sent', sealed_token = NULL`, 0);
  await change(`sealed_token = 'another'`, 1);

  // It has read the boxes, and waits for the table.
  const sealing = sealedMails(BOTH).reseal(null);
  await untilBlocked(admin);
  await holder.query('COMMIT');

  expect(await sealing).toMatchObject({ resealed: 0, left: 2 });
  const after = await admin.query('SELECT sealed_token FROM gatehouse.outbox ORDER BY id');
  expect(after.rows.map(({ sealed_token: box }) => box && String(box))).toEqual([null, 'another']);
});
