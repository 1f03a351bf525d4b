import { expect, it } from 'vitest';
import { PUBLISHED_FIRST_SECONDS, ROTATE_AFTER_SECONDS } from '../../../core/tokens/index.ts';
import { BY, keyFixture, TOKEN_SECONDS } from './key-fixture.ts';

it('publishes a next key, and leaves it at that while the active one is young', async () => {
  const { keep, kidOf, clock, told } = await keyFixture();
  const active = await kidOf('active');

  await keep();
  const next = await kidOf('next');
  clock.advance(ROTATE_AFTER_SECONDS - 1);
  await keep();

  expect([await kidOf('active'), await kidOf('next')]).toEqual([active, next]);
  expect(told()).toEqual(['system signing_key.created']);
});

it('lets the next key sign after 90 days, and publishes another in its place', async () => {
  const { keep, kidOf, recordOf, clock, told } = await keyFixture();
  const old = await kidOf('active');
  await keep();
  const next = await kidOf('next');
  clock.advance(ROTATE_AFTER_SECONDS);

  await keep();

  expect(await kidOf('active')).toBe(next);
  expect([old, next]).not.toContain(await kidOf('next'));
  expect(await recordOf(old)).toMatchObject({ key: { state: 'retired' }, isExpired: false });
  expect(told().slice(1)).toEqual([
    'system signing_key.retired rotated',
    'system signing_key.activated',
    'system signing_key.created',
  ]);
});

it('lets a key that is overdue wait until the next one is published for long enough', async () => {
  const { keep, kidOf, clock } = await keyFixture();
  const old = await kidOf('active');
  clock.advance(2 * ROTATE_AFTER_SECONDS);
  await keep();
  const next = await kidOf('next');

  clock.advance(PUBLISHED_FIRST_SECONDS - 1);
  await keep();
  expect(await kidOf('active')).toBe(old);
  clock.advance(1);
  await keep();

  expect(await kidOf('active')).toBe(next);
});

// Rule 14: an old one stays for at least one token lifetime.
it('lets the old key verify for the life of a token and a minute, and erases its private half then', async () => {
  const { keep, kidOf, recordOf, clock, store, platformId } = await keyFixture();
  const old = await kidOf('active');
  await keep();
  clock.advance(ROTATE_AFTER_SECONDS);
  await keep();
  const verifying = async () =>
    (await store.unitOfWork.run(platformId, ({ signingKeys }) => signingKeys.list())).map(({ kid }) => kid);

  clock.advance(TOKEN_SECONDS + 59);
  await keep();
  expect(await verifying()).toContain(old);
  expect((await recordOf(old)).key.sealedPrivateKey).not.toBeNull();
  clock.advance(1);
  await keep();

  expect(await verifying()).not.toContain(old);
  expect((await recordOf(old)).key.sealedPrivateKey).toBeNull();
});

// So that processes forget the key that has expired: nothing but a change tells them to.
it('tells of a change when a key has expired, once, and of none where nothing is to be done', async () => {
  const { keep, kidOf, retire, clock, store } = await keyFixture();
  await keep();
  clock.advance(ROTATE_AFTER_SECONDS);
  await keep();
  const changes = async (work: () => Promise<unknown>) => {
    const { mark } = await store.revocationLog.since(null);
    await work();
    return (await store.revocationLog.since(mark)).revocations;
  };

  expect(await changes(keep)).toEqual([]);
  clock.advance(TOKEN_SECONDS + 60);
  expect(await changes(keep)).toEqual([{ kind: 'signing_keys' }]);
  expect(await changes(keep)).toEqual([]);
  const next = await kidOf('next');
  expect(await changes(() => retire(next, BY))).toEqual([{ kind: 'signing_keys' }]);
});

it('makes the next key for another algorithm where JWT_ALGORITHM is another by now, and it alone signs then', async () => {
  const { keep, kidOf, recordOf, clock, process, told } = await keyFixture();
  await keep();
  const first = await kidOf('next');
  const changed = process({ algorithm: 'EdDSA' });
  clock.advance(PUBLISHED_FIRST_SECONDS);

  await changed.keep();

  const next = await recordOf(await kidOf('next'));
  expect([next.key.algorithm, next.publishedSeconds]).toEqual(['EdDSA', 0]);
  expect(await recordOf(first)).toMatchObject({ isExpired: true, key: { sealedPrivateKey: null } });
  expect(told().slice(1)).toEqual(['system signing_key.retired replaced', 'system signing_key.created']);
  clock.advance(ROTATE_AFTER_SECONDS);
  await changed.keep();
  expect(await recordOf(await kidOf('active'))).toMatchObject({ key: { algorithm: 'EdDSA' } });
});

it('lets no key sign whose private half this process cannot open', async () => {
  const { keep, kidOf, clock, process } = await keyFixture();
  await process({ secrets: ['a secret that was taken back', 'the secret key'] }).keep();
  const foreign = await kidOf('next');
  clock.advance(ROTATE_AFTER_SECONDS);

  await keep();
  const next = await kidOf('next');
  clock.advance(PUBLISHED_FIRST_SECONDS);
  await keep();

  expect(next).not.toBe(foreign);
  expect(await kidOf('active')).toBe(next);
});

it('is done once, however many processes find it due', async () => {
  const { process, clock, kidOf, told } = await keyFixture();
  const processes = Array.from({ length: 16 }, () => process());
  const keepAll = () => Promise.all(processes.map(({ keep }) => keep()));

  await keepAll();
  const next = await kidOf('next');
  clock.advance(ROTATE_AFTER_SECONDS);
  await keepAll();

  expect(await kidOf('active')).toBe(next);
  expect(told()).toHaveLength(4);
});

it('makes keys anew where nobody signs', async () => {
  const { process, keep, store, platformId, kidOf } = await keyFixture();
  const active = await kidOf('active');
  await store.unitOfWork.run(platformId, async ({ signingKeys }) => {
    await signingKeys.retire(active, 0);
  });

  await keep();

  const listed = await process().list();
  expect(listed.map(({ key }) => key.state)).toEqual(['next', 'active', 'retired']);
});
