import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionId, TenantId, UserId } from '../../../core/kernel/ids.ts';
import { createRevocationFeed, FRESH_MS, type Revocation } from '../../../core/revocation/index.ts';
import {
  createRememberedSessions,
  REMEMBERED_MAX,
  REMEMBERED_MS,
  type SessionCheck,
  type SessionKey,
} from '../../../core/sessions/index.ts';
import { beginSession, idAt } from '../../contracts/samples.ts';
import { heldAnswers } from '../../fakes/held-answers.ts';
import { fakeStopwatch } from '../../fakes/stopwatch.ts';
import { memoryHarness } from '../../support/memory-harness.ts';

const HOUR_MS = 3_600_000;
const KEY = keyOf(1);
const OTHER = keyOf(2);
const SESSION_ENDED: Revocation = { kind: 'session', tenantId: KEY.tenantId, sessionId: KEY.sessionId };
const USER_CHANGED: Revocation = { kind: 'user', tenantId: KEY.tenantId, userId: KEY.userId };
const TENANT_CHANGED: Revocation = { kind: 'tenant', tenantId: KEY.tenantId };

type Live = Extract<SessionCheck, { kind: 'live' }>;

let live: Live;
beforeAll(async () => {
  const { tenant, session, user, ...harness } = await begunIn();
  const check = await harness.sessionStore.look(tenant.id, session.id, user.id);
  if (check.kind !== 'live') throw new Error('A session that was just begun is not live');
  live = { ...check, remainingMs: HOUR_MS };
});

describe('a session that was looked up', () => {
  it('is known from then on without asking, with what was answered', async () => {
    const { sessions, store, look } = await fixture();

    await look(KEY, live);

    expect(sessions.find(KEY)).toMatchObject({ session: live.session, user: live.user, tenant: live.tenant });
    expect(store.count()).toBe(1);
  });

  it('is not known before it was looked up', async () => {
    const { sessions } = await fixture();

    expect(sessions.find(KEY)).toBeNull();
  });

  it.each([
    ['ended', { kind: 'ended' }],
    ['of a tenant that is not there', { kind: 'no_tenant' }],
  ] as const)('and is %s is answered so, and never known', async (_what, answer) => {
    const { sessions, look } = await fixture();

    expect(await look(KEY, answer)).toEqual(answer);
    expect(sessions.find(KEY)).toBeNull();
  });

  it.each([
    ['user', { userId: idAt(77) as UserId }],
    ['tenant', { tenantId: idAt(77) as TenantId }],
  ])('is not known to who says it is of another %s', async (_whose, change) => {
    const { sessions, look } = await fixture();
    await look(KEY, live);

    expect(sessions.find({ ...KEY, ...change })).toBeNull();
    expect(sessions.find(KEY)).not.toBeNull();
  });

  it('is looked up each time when that is what is asked', async () => {
    const { store, look } = await fixture();

    await look(KEY, live);
    await look(KEY, live);

    expect(store.count()).toBe(2);
  });
});

describe('a session is known no longer', () => {
  it('than a minute after the question was sent', async () => {
    const { sessions, store, stopwatch, readAgain } = await fixture();
    const asking = sessions.look(KEY);
    stopwatch.advance(500);
    store.next().answer(live);
    await asking;

    for (let second = 1; second < REMEMBERED_MS / 1_000; second += 1) {
      stopwatch.advance(1_000);
      await readAgain();
    }
    stopwatch.advance(499);
    const before = sessions.find(KEY);
    stopwatch.advance(1);

    expect([REMEMBERED_MS, before === null, sessions.find(KEY)]).toEqual([60_000, false, null]);
  });

  it('than it has left, counted from when the question was sent', async () => {
    const { sessions, store, stopwatch } = await fixture();
    const asking = sessions.look(KEY);
    stopwatch.advance(500);
    store.next().answer({ ...live, remainingMs: 900 });
    await asking;

    stopwatch.advance(399);
    const before = sessions.find(KEY);
    stopwatch.advance(1);

    expect([before === null, sessions.find(KEY)]).toEqual([false, null]);
  });

  it('than the feed is fresh, and again when it is', async () => {
    const { sessions, stopwatch, look, readAgain } = await fixture();
    await look(KEY, live);

    stopwatch.advance(FRESH_MS + 1);
    const whileStale = sessions.find(KEY);
    await readAgain();

    expect([whileStale, sessions.find(KEY) === null]).toEqual([null, false]);
  });

  it.each([
    ['it ended', (tell: Tell) => tell([SESSION_ENDED])],
    ['its user changed', (tell: Tell) => tell([USER_CHANGED])],
    ['its tenant changed', (tell: Tell) => tell([TENANT_CHANGED])],
    ['anything may have changed', (tell: Tell) => tell(null)],
  ])('than until it is told that %s', async (_what, say) => {
    const { sessions, look, tell } = await fixture();
    await look(KEY, live);

    say(tell);
    // What is told of keys, or of too much, makes the feed stale besides: look past that.
    await tell.settle();

    expect(sessions.find(KEY)).toBeNull();
  });

  it('than until this process says that it changed it', async () => {
    const { sessions, look } = await fixture();
    await look(KEY, live);

    sessions.forget(KEY.sessionId);

    expect(sessions.find(KEY)).toBeNull();
  });
});

describe('a session stays known when it is told', () => {
  it.each<[string, Revocation]>([
    ['another session', { kind: 'session', tenantId: KEY.tenantId, sessionId: OTHER.sessionId }],
    ['another user', { kind: 'user', tenantId: KEY.tenantId, userId: idAt(77) as UserId }],
    ['another tenant', { kind: 'tenant', tenantId: idAt(77) as TenantId }],
    ['the signing keys', { kind: 'signing_keys' }],
  ])('of %s', async (_what, revocation) => {
    const { sessions, look, tell } = await fixture();
    await look(KEY, live);

    tell([revocation]);
    await tell.settle();

    expect(sessions.find(KEY)).not.toBeNull();
  });
});

it('forgets all sessions of a user, and no other, when the user changed', async () => {
  const { sessions, look, tell } = await fixture();
  const second = { ...KEY, sessionId: idAt(11) as SessionId };
  for (const key of [KEY, second, OTHER]) await look(key, live);

  tell([USER_CHANGED]);

  expect([KEY, second, OTHER].map((key) => sessions.find(key) !== null)).toEqual([false, false, true]);
});

// The answer may have been made before the change, and come after the news of it.
describe('an answer is not kept when, since its question was sent,', () => {
  it.each([
    ['the session ended', (tell: Tell) => tell([SESSION_ENDED])],
    ['its user changed', (tell: Tell) => tell([USER_CHANGED])],
    ['its tenant changed', (tell: Tell) => tell([TENANT_CHANGED])],
    ['anything may have changed', (tell: Tell) => tell(null)],
  ])('%s', async (_what, say) => {
    const { sessions, store, tell } = await fixture();

    const asking = sessions.look(KEY);
    say(tell);
    await tell.settle();
    store.next().answer(live);

    expect((await asking).kind).toBe('live');
    expect(sessions.find(KEY)).toBeNull();
  });

  it('this process changed the session', async () => {
    const { sessions, store } = await fixture();

    const asking = sessions.look(KEY);
    sessions.forget(KEY.sessionId);
    store.next().answer(live);
    await asking;

    expect(sessions.find(KEY)).toBeNull();
  });
});

it('keeps an answer when what was told meanwhile is of others', async () => {
  const { sessions, store, tell } = await fixture();

  const asking = sessions.look(KEY);
  tell([
    { kind: 'session', tenantId: KEY.tenantId, sessionId: OTHER.sessionId },
    { kind: 'user', tenantId: KEY.tenantId, userId: idAt(77) as UserId },
    { kind: 'tenant', tenantId: idAt(77) as TenantId },
  ]);
  sessions.forget(OTHER.sessionId);
  store.next().answer(live);
  await asking;

  expect(sessions.find(KEY)).not.toBeNull();
});

it('keeps the answer to a question that was sent after the change, though an older one is still open', async () => {
  const { sessions, store, tell } = await fixture();

  const first = sessions.look(KEY);
  tell([SESSION_ENDED]);
  const second = sessions.look(KEY);
  const [older, newer] = [store.next(), store.next()];
  newer.answer(live);
  await second;
  const afterTheNewer = sessions.find(KEY);
  older.answer({ ...live, session: { ...live.session, deviceName: 'as it was' } });
  await first;

  expect(afterTheNewer).not.toBeNull();
  expect(sessions.find(KEY)?.session.deviceName).toBe(live.session.deviceName);
});

it('passes a failure on, and asks again the next time', async () => {
  const { sessions, store, look } = await fixture();

  const failing = sessions.look(KEY);
  store.next().fail(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  await look(KEY, live);

  expect(sessions.find(KEY)).not.toBeNull();
});

it('remembers no more than so many, and forgets the oldest first', async () => {
  const { sessions, look } = await fixture({ rememberedMax: 3 });

  for (const number of [1, 2, 3, 1, 4]) await look(keyOf(number), live);

  const known = [1, 2, 3, 4].map((number) => sessions.find(keyOf(number)) !== null);
  expect([known, REMEMBERED_MAX]).toEqual([[true, false, true, true], 10_000]);
});

describe('takeSeen', () => {
  it('answers which sessions were looked up or found, and how long ago, once', async () => {
    const { sessions, stopwatch, look } = await fixture();
    await look(KEY, live);
    stopwatch.advance(300);
    await look(OTHER, live);
    stopwatch.advance(200);

    const [first, second] = [sessions.takeSeen(), sessions.takeSeen()];

    expect([first, second]).toEqual([[seen(KEY, 500), seen(OTHER, 200)], []]);
  });

  it('answers when a session was seen last, not first', async () => {
    const { sessions, stopwatch, look } = await fixture();
    await look(KEY, live);
    stopwatch.advance(300);
    sessions.find(KEY);
    stopwatch.advance(200);

    expect(sessions.takeSeen()).toEqual([seen(KEY, 200)]);
  });

  // What is served from memory is seen as well, for as long as it is served.
  it('answers a session again that was found since it was answered', async () => {
    const { sessions, look } = await fixture();
    await look(KEY, live);
    sessions.takeSeen();

    sessions.find(KEY);

    expect(sessions.takeSeen()).toEqual([seen(KEY, 0)]);
  });

  it('tells of none that was not live', async () => {
    const { sessions, look } = await fixture();
    await look(KEY, { kind: 'ended' });
    sessions.find(OTHER);

    expect(sessions.takeSeen()).toEqual([]);
  });
});

/** Tells the process something; `settle` lets the feed become fresh again where it is not. */
type Tell = ((revocations: readonly Revocation[] | null) => void) & { settle(): Promise<void> };

/** Remembered sessions over a store whose answers the test gives, and a feed that has just read. */
async function fixture({ rememberedMax }: { rememberedMax?: number } = {}) {
  const stopwatch = fakeStopwatch();
  const store = heldAnswers<SessionKey, SessionCheck>();
  const feed = createRevocationFeed({
    log: { since: async () => ({ mark: 'm', isReset: false, revocations: [] }) },
    stopwatch,
    reloadKeys: async () => undefined,
  });
  await feed.read();
  const sessions = createRememberedSessions({
    sessionStore: { look: (tenantId, sessionId, userId) => store.ask({ tenantId, sessionId, userId }) },
    feed,
    stopwatch,
    ...(rememberedMax && { rememberedMax }),
  });
  const look = (key: SessionKey, answer: SessionCheck): Promise<SessionCheck> => {
    const asking = sessions.look(key);
    const { question, answer: give } = store.next();
    expect(question).toEqual(key);
    give(answer);
    return asking;
  };
  const tell: Tell = Object.assign(feed.take, { settle: feed.read });
  return { sessions, store, stopwatch, look, tell, readAgain: feed.read };
}

async function begunIn() {
  const harness = await memoryHarness();
  return { ...harness, ...(await beginSession(harness)) };
}

/** A session of its own, of a user and a tenant of their own. */
function keyOf(number: number): SessionKey {
  return {
    sessionId: idAt(100 + number) as SessionId,
    userId: idAt(200 + number) as UserId,
    tenantId: idAt(300 + number) as TenantId,
  };
}

function seen({ tenantId, sessionId }: SessionKey, ageMs: number) {
  return { tenantId, sessionId, ageMs };
}
