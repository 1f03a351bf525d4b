import { expect, it } from 'vitest';
import { NotFound } from '../../../core/kernel/errors.ts';
import { PUBLISHED_FIRST_SECONDS, ROTATE_AFTER_SECONDS } from '../../../core/tokens/index.ts';
import { BY, keyFixture, TOKEN_SECONDS } from './key-fixture.ts';

const IN_TIME = { immediately: false };
const AT_ONCE = { immediately: true };

it('asks for a key that nobody knows yet, and says from when on it signs', async () => {
  const { rotate, keep, kidOf, clock, told } = await keyFixture();
  const active = await kidOf('active');
  const asked = clock.now();

  const rotation = await rotate(IN_TIME, BY);

  const next = await kidOf('next');
  const activatesAt = new Date(asked.getTime() + PUBLISHED_FIRST_SECONDS * 1000);
  expect(rotation).toEqual({ active, next, activatesAt, hasRotated: false });
  expect(told()).toEqual(['operator signing_key.created']);
  clock.advance(PUBLISHED_FIRST_SECONDS - 1);
  await keep();
  expect(await kidOf('active')).toBe(active);
  clock.advance(1);
  await keep();
  expect(await kidOf('active')).toBe(next);
});

it('lets the next key sign at once where everybody can know it', async () => {
  const { rotate, keep, kidOf, recordOf, clock, told } = await keyFixture();
  const old = await kidOf('active');
  await keep();
  const next = await kidOf('next');
  clock.advance(PUBLISHED_FIRST_SECONDS);

  const rotation = await rotate(IN_TIME, BY);

  expect(rotation).toEqual({
    ...{ active: next, next: await kidOf('next'), hasRotated: true },
    activatesAt: clock.now(),
  });
  expect(rotation.next).not.toBe(next);
  const { expiresAt } = await recordOf(old);
  expect(Number(expiresAt) - clock.now().getTime()).toBe((TOKEN_SECONDS + 60) * 1000);
  expect(told().slice(1)).toEqual([
    'operator signing_key.retired rotated',
    'operator signing_key.activated',
    'operator signing_key.created',
  ]);
});

it('asks once, however often it is called before the key signs', async () => {
  const { rotate, clock, told } = await keyFixture();

  const first = await rotate(IN_TIME, BY);
  clock.advance(PUBLISHED_FIRST_SECONDS - 1);
  const second = await rotate(IN_TIME, BY);

  expect(second).toEqual(first);
  expect(told()).toHaveLength(1);
});

it('lets a key sign immediately that nobody knows yet, and the old one verify on', async () => {
  const { rotate, kidOf, recordOf, clock } = await keyFixture();
  const old = await kidOf('active');

  const rotation = await rotate(AT_ONCE, BY);

  expect(rotation).toMatchObject({
    active: await kidOf('active'),
    hasRotated: true,
    activatesAt: clock.now(),
  });
  expect(rotation.active).not.toBe(old);
  expect(await recordOf(old)).toMatchObject({ key: { state: 'retired' }, isExpired: false });
});

it.each([IN_TIME, AT_ONCE])('rotates once for 16 callers at the same time (%j)', async (options) => {
  const { process, keep, kidOf, clock, told } = await keyFixture();
  await keep();
  const next = await kidOf('next');
  clock.advance(PUBLISHED_FIRST_SECONDS);

  const rotations = await Promise.all(Array.from({ length: 16 }, () => process().rotate(options, BY)));

  expect(new Set(rotations.map(({ active }) => active))).toEqual(new Set([next]));
  expect(told()).toHaveLength(4);
});

it.each([IN_TIME, AT_ONCE])('brings a key of the algorithm that is wanted by now (%j)', async (options) => {
  const { process, keep, clock, recordOf, kidOf } = await keyFixture();
  await keep();
  clock.advance(ROTATE_AFTER_SECONDS);

  const { active, next } = await process({ algorithm: 'EdDSA' }).rotate(options, BY);

  const brought = options.immediately ? active : (next ?? '');
  expect(await recordOf(brought)).toMatchObject({ key: { algorithm: 'EdDSA' }, publishedSeconds: 0 });
  expect(await recordOf(await kidOf('next'))).toMatchObject({ isAskedFor: !options.immediately });
});

it('keeps a rotation asked for when the key that was asked for is replaced', async () => {
  const { process, rotate, kidOf, clock, recordOf } = await keyFixture();
  await rotate(IN_TIME, BY);
  clock.advance(PUBLISHED_FIRST_SECONDS);
  const changed = process({ algorithm: 'EdDSA' });

  await changed.keep();
  expect(await recordOf(await kidOf('next'))).toMatchObject({
    isAskedFor: true,
    key: { algorithm: 'EdDSA' },
  });
  clock.advance(PUBLISHED_FIRST_SECONDS);
  await changed.keep();

  expect(await recordOf(await kidOf('active'))).toMatchObject({ key: { algorithm: 'EdDSA' } });
});

it('ends the active key at once, with the published one in its place', async () => {
  const { retire, keep, kidOf, clock, told } = await keyFixture();
  const leaked = await kidOf('active');
  await keep();
  const next = await kidOf('next');

  const ended = await retire(leaked, BY);

  expect(ended).toMatchObject({
    ...{ key: { state: 'retired', sealedPrivateKey: null }, isExpired: true },
    ...{ retiredAt: clock.now(), expiresAt: clock.now() },
  });
  expect(await kidOf('active')).toBe(next);
  expect(await kidOf('next')).not.toBe(next);
  expect(told().slice(1)).toEqual([
    'operator signing_key.retired revoked',
    'operator signing_key.activated',
    'operator signing_key.created',
  ]);
});

it('puts a new key in the place of the active one where there is no next, or none that can sign', async () => {
  const { process, kidOf } = await keyFixture();
  const [first, foreign] = [await kidOf('active'), process({ secrets: ['another'] })];

  await process().retire(first, BY);
  const second = await kidOf('active');
  await process().retire(await kidOf('next'), BY);
  await foreign.retire(await kidOf('next'), BY);
  const unreadable = await kidOf('next');
  await process().retire(second, BY);

  const signing = await kidOf('active');
  expect([first, second, unreadable]).not.toContain(signing);
  const states = (await process().list()).map(({ key }) => key.state);
  expect(states.filter((state) => state !== 'retired')).toEqual(['next', 'active']);
});

it('ends the next key, and one that is retired already, and leaves the others as they are', async () => {
  const { retire, rotate, keep, kidOf, recordOf } = await keyFixture();
  const old = await kidOf('active');
  await keep();
  await rotate(AT_ONCE, BY);
  const [active, next] = [await kidOf('active'), await kidOf('next')];

  await retire(old, BY);
  await retire(next, BY);

  expect([await recordOf(old), await recordOf(next)]).toMatchObject([
    { isExpired: true },
    { isExpired: true },
  ]);
  expect(await kidOf('active')).toBe(active);
  expect([old, next, active]).not.toContain(await kidOf('next'));
});

it('leaves a key that has ended as it is, and tells nothing again', async () => {
  const { retire, kidOf, clock, told } = await keyFixture();
  const kid = await kidOf('active');
  const first = await retire(kid, BY);
  const before = told().length;
  clock.advance(60);

  expect(await retire(kid, BY)).toMatchObject({ expiresAt: first.expiresAt });
  expect(told()).toHaveLength(before);
});

it('knows no key that there is not', async () => {
  const { retire, told } = await keyFixture();

  await expect(retire('nobody', BY)).rejects.toThrow(NotFound);
  expect(told()).toEqual([]);
});

it('lists every key, the newest first, and nothing of its private half', async () => {
  const { list, keep, rotate, clock } = await keyFixture();
  await keep();
  await rotate(AT_ONCE, BY);

  const listed = await list();

  expect(listed.map(({ key }) => key.state)).toEqual(['next', 'active', 'retired']);
  const signsAt = new Date(clock.now().getTime() + ROTATE_AFTER_SECONDS * 1000);
  expect(listed.map(({ activatesAt }) => activatesAt)).toEqual([signsAt, null, null]);
  expect(JSON.stringify(listed)).not.toContain('sealed');
});
