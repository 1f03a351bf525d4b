import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, register, type SignedIn, signIn, TIMESTAMP } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';
import { changeSession, isAlive } from '../support/sessions.ts';

const service = sharedService({ SESSION_MAX_DEVICES: '1000' });
const url = '/auth/sessions';

type Item = Readonly<Record<string, unknown> & { id: string; current: boolean }>;
type Page = Readonly<{ data: readonly Item[]; next_cursor: string | null; has_more: boolean }>;

async function list(asking: SignedIn, query: Readonly<Record<string, string>> = {}): Promise<Page> {
  const response = await service().get(`${url}?${new URLSearchParams(query)}`, bearer(asking));
  expect(response.statusCode, response.body).toBe(200);
  expectNoCookie(response);
  return response.json();
}

/** Sessions of one new person, the newest first. */
async function sessionsOf(count: number): Promise<readonly [SignedIn, ...SignedIn[]]> {
  const person = await register(service());
  const sessions: SignedIn[] = [];
  for (let made = 1; made < count; made += 1) sessions.unshift(await signIn(service(), person));
  return [await signIn(service(), person), ...sessions];
}

const idsOf = ({ data }: Page) => data.map(({ id }) => id);
const sessionIds = (sessions: readonly SignedIn[]) => sessions.map(({ sessionId }) => sessionId);

describe('200', () => {
  it('tells of each session on which device, from where and since when it is, the newest first', async () => {
    const person = await register(service());
    const agent =
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15';
    const older = await signIn(service(), person, { device_name: 'Laptop' }, { 'user-agent': agent });
    const asking = await signIn(service(), person);

    const page = await list(asking);

    expect(page).toMatchObject({ next_cursor: null, has_more: false });
    expect(Object.keys(page).sort()).toEqual(['data', 'has_more', 'next_cursor']);
    expect(idsOf(page)).toEqual([asking.sessionId, older.sessionId]);
    expect(page.data[1]).toEqual({
      id: older.sessionId,
      current: false,
      device: 'Laptop',
      browser: 'Safari',
      os: 'macOS',
      ip: '127.0.0.1',
      location: null,
      created_at: expect.stringMatching(TIMESTAMP),
      last_seen_at: expect.stringMatching(TIMESTAMP),
      expires_at: expect.stringMatching(TIMESTAMP),
      amr: ['pwd'],
      aal: 1,
    });
  });

  it('tells which of them asks', async () => {
    const [newest, oldest] = await sessionsOf(2);
    for (const asking of [newest, oldest ?? newest]) {
      const { data } = await list(asking);
      expect(data.filter(({ current }) => current).map(({ id }) => id)).toEqual([asking.sessionId]);
    }
  });

  it('says of the one that asks that it is seen now, and ends as much later', async () => {
    const [asking] = await sessionsOf(1);
    await changeSession(
      service(),
      asking,
      `last_seen_at = clock_timestamp() - interval '1 hour', inactive_at = clock_timestamp() + interval '1 hour',
         idle_expires_at = clock_timestamp() + interval '9 days', absolute_expires_at = clock_timestamp() + interval '9 days'`,
    );

    const [told] = (await list(asking)).data;

    const [{ now } = { now: new Date(0) }] = await service().sql<{ now: Date }>(
      'SELECT clock_timestamp() AS now',
    );
    expect(now.getTime() - Date.parse(String(told?.['last_seen_at']))).toBeLessThan(60_000);
    expect(Date.parse(String(told?.['expires_at'])) - now.getTime()).toBeGreaterThan(24 * 3_600_000);
  });

  it('says of another when it was seen, as it is written down', async () => {
    const [asking, other = asking] = await sessionsOf(2);
    await changeSession(service(), other, `last_seen_at = '2026-01-15T10:05:00.123Z'`);
    expect((await list(asking)).data[1]).toMatchObject({ last_seen_at: '2026-01-15T10:05:00.123Z' });
  });

  it('says of each when it would end, by the earliest of its limits', async () => {
    const [asking, idle = asking, absolute = asking, inactive = asking] = await sessionsOf(4);
    const at = '2099-01-15T10:05:00.000Z';
    const far = `'2100-01-01'`;
    const limits = (first: string) =>
      ['idle_expires_at', 'absolute_expires_at', 'inactive_at']
        .map((limit) => `${limit} = ${limit === first ? `'${at}'` : far}`)
        .join(', ');
    await changeSession(service(), idle, limits('idle_expires_at'));
    await changeSession(service(), absolute, limits('absolute_expires_at'));
    await changeSession(service(), inactive, limits('inactive_at'));

    const { data } = await list(asking);

    expect(data.slice(1).map((item) => item['expires_at'])).toEqual([at, at, at]);
  });

  it.each([
    'ended_at = clock_timestamp()',
    `idle_expires_at = clock_timestamp() - interval '1 second'`,
    `absolute_expires_at = clock_timestamp() - interval '1 second'`,
    `inactive_at = clock_timestamp() - interval '1 second'`,
  ])('leaves out what is over (%s)', async (assignment) => {
    const [asking, over = asking, live = asking] = await sessionsOf(3);
    await changeSession(service(), over, assignment);
    expect(idsOf(await list(asking))).toEqual(sessionIds([asking, live]));
  });

  it('leaves out a session the moment after it was ended by another', async () => {
    const [asking, other = asking] = await sessionsOf(2);
    await service().send({ method: 'DELETE', url: `${url}/${other.sessionId}`, headers: bearer(asking) });
    expect(idsOf(await list(asking))).toEqual([asking.sessionId]);
  });

  it("tells nothing of anybody else's, of the same address in another tenant neither", async () => {
    const { app } = service();
    await app.services.createTenant('acme', 'Acme');
    const [asking] = await sessionsOf(1);
    const there = await register(service(), { email: asking.email }, { 'x-tenant': 'acme' });
    const namesake = await signIn(service(), there, {}, { 'x-tenant': 'acme' });
    await newSession(service());

    expect(idsOf(await list(asking))).toEqual([asking.sessionId]);
    expect(idsOf(await list(namesake))).toEqual([namesake.sessionId]);
  });

  it('answers HEAD without a body', async () => {
    const [asking] = await sessionsOf(1);
    const response = await service().send({ method: 'HEAD', url, headers: bearer(asking) });
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });
});

describe('the pages', () => {
  it('hold 25 where nothing is asked for, and at most 100', async () => {
    const [asking] = await sessionsOf(1);
    await multiply(asking, 120);

    const sizes = await Promise.all(
      [{}, { limit: '1' }, { limit: '99' }, { limit: '100' }].map(async (query) => {
        const { data, has_more: hasMore } = await list(asking, query);
        return [data.length, hasMore];
      }),
    );

    expect(sizes).toEqual([
      [25, true],
      [1, true],
      [99, true],
      [100, true],
    ]);
  });

  it('are all of the list, each row once, and the last says that it is', async () => {
    const sessions = await sessionsOf(5);
    const [asking] = sessions;
    const pages: Page[] = [await list(asking, { limit: '2' })];
    for (let page = pages[0]; page?.next_cursor; page = pages.at(-1)) {
      pages.push(await list(asking, { limit: '2', cursor: page.next_cursor }));
    }

    expect(pages.flatMap(idsOf)).toEqual(sessionIds(sessions));
    expect(pages.map((page) => page.has_more)).toEqual([true, true, false]);
    expect(pages.map((page) => page.next_cursor !== null)).toEqual([true, true, false]);
  });

  it('say that they are the last where the list ends with them exactly', async () => {
    const [asking] = await sessionsOf(2);
    expect(await list(asking, { limit: '2' })).toMatchObject({ has_more: false, next_cursor: null });
  });

  it('hold rows of one millisecond apart', async () => {
    const sessions = await sessionsOf(4);
    for (const session of sessions)
      await changeSession(service(), session, `created_at = '2026-01-15T10:05:00.123Z'`);
    const [asking] = sessions;

    const first = await list(asking, { limit: '3' });
    const second = await list(asking, { limit: '3', cursor: first.next_cursor ?? '' });

    expect([...idsOf(first), ...idsOf(second)]).toEqual([...sessionIds(sessions)].sort().reverse());
  });

  it('are moved neither by what begins nor by what ends meanwhile', async () => {
    const sessions = await sessionsOf(5);
    const [asking, second = asking] = sessions;
    const first = await list(asking, { limit: '2' });
    await signIn(service(), asking);
    await service().send({ method: 'DELETE', url: `${url}/${second.sessionId}`, headers: bearer(asking) });

    const next = await list(asking, { limit: '2', cursor: first.next_cursor ?? '' });

    expect(idsOf(first)).toEqual(sessionIds(sessions.slice(0, 2)));
    expect(idsOf(next)).toEqual(sessionIds(sessions.slice(2, 4)));
  });

  it('of somebody else are not opened by their cursor', async () => {
    const [owner] = await sessionsOf(3);
    const { next_cursor: cursor } = await list(owner, { limit: '1' });
    const stranger = await newSession(service());

    const { data } = await list(stranger, { cursor: cursor ?? '' });

    expect(data).toEqual([]);
  });
});

describe('400', () => {
  it.each([
    '',
    'x',
    'AAAA',
    '%00',
    '*',
    'bnVsbA',
    '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11',
    'x'.repeat(200),
  ])('cursor_invalid for what is none: %j', async (cursor) => {
    const [asking] = await sessionsOf(1);
    const response = await service().get(`${url}?cursor=${cursor}`, bearer(asking));
    if (cursor === '%00') expectFields(response, '/cursor');
    else expectProblem(response, 'cursor_invalid');
    expect(await isAlive(service(), asking)).toBe(true);
  });

  it('cursor_invalid for one of which a character was altered', async () => {
    const [asking] = await sessionsOf(2);
    const { next_cursor: cursor } = await list(asking, { limit: '1' });
    const altered = (cursor ?? '').replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    expectProblem(await service().get(`${url}?cursor=${altered}`, bearer(asking)), 'cursor_invalid');
  });

  it.each([
    '',
    '0',
    '101',
    '1000',
    '-1',
    '+1',
    '1.5',
    '1e1',
    '01',
    ' 1',
    'x',
    '１',
  ])('validation_failed for a limit of %j', async (limit) => {
    const [asking] = await sessionsOf(1);
    const query = new URLSearchParams({ limit });
    expectFields(await service().get(`${url}?${query}`, bearer(asking)), '/limit');
  });

  it('validation_failed for one that comes twice', async () => {
    const [asking] = await sessionsOf(1);
    expectFields(await service().get(`${url}?limit=1&limit=2`, bearer(asking)), '/limit');
    expectFields(await service().get(`${url}?cursor=a&cursor=b`, bearer(asking)), '/cursor');
  });
});

/** Copies the row of a session so many times. */
async function multiply({ sessionId }: SignedIn, times: number): Promise<void> {
  const columns = await service().sql<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = 'gatehouse.sessions'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'`,
  );
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  await service().sql(
    `INSERT INTO gatehouse.sessions (id, ${names})
     SELECT gen_random_uuid(), ${names} FROM gatehouse.sessions, generate_series(1, $2) WHERE id = $1`,
    [sessionId, times],
  );
}

describeBearerRefusals({ service, method: 'GET', url, wantsLiveSession: true });

itSawEveryAnswerOf(service, 'GET', url);
