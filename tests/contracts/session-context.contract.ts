import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/kernel/ids.ts';
import type { SessionContext } from '../../core/sessions/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, race } from './samples.ts';

const HERE = { ip: '203.0.113.7', userAgent: 'a browser' };
const THERE = { ip: '2001:db8::1', userAgent: 'another browser' };
const NOWHERE = { ip: null, userAgent: null };

/** What every store knows of a session, live or not, and how it notes from where one is used. */
export function sessionContextContract(makeHarness: MakeHarness): void {
  describe('SessionRepository.find', () => {
    it('answers a live session with what its refresh tokens are judged by', async () => {
      const harness = await makeHarness();
      const begun = await begin(harness);

      expect(await find(harness, begun)).toEqual({
        ...{ session: begun.session, state: 'live', number: 0, spentAgeMs: null },
        secretHash: expect.anything(),
      });
      const { secretHash } = (await find(harness, begun)) ?? {};
      expect([...(secretHash ?? [])]).toEqual([...begun.secretHash]);
    });

    it('tells how long ago the newest spent number was first spent', async () => {
      const harness = await makeHarness();
      const begun = await begin(harness);
      await rotate(harness, begun, 0);
      await harness.passTime(5);
      await rotate(harness, begun, 0);

      const { number, spentAgeMs } = (await find(harness, begun)) ?? {};

      expect(number).toBe(1);
      expect(spentAgeMs).toBeGreaterThanOrEqual(5_000);
      expect(spentAgeMs).toBeLessThan(5_000 + harness.marginSeconds * 1_000);
    });

    it('tells one that has ended from one that has expired, and a live one of a user who is not active', async () => {
      const harness = await makeHarness();
      const [ended, expired, live] = [await begin(harness), await begin(harness), await begin(harness)];
      await harness.unitOfWork.run(ended.tenant.id, ({ sessions }) =>
        sessions.end(ended.session.id, 'logout'),
      );
      await harness.passTime(3600);
      await rotate(harness, live, 0);

      expect((await find(harness, ended))?.state).toBe('ended');
      expect((await find(harness, expired))?.state).toBe('expired');
      const active = await begin(harness);
      await harness.setUserStatus(active.tenant.id, active.user.id, 'suspended');
      expect((await find(harness, active))?.state).toBe('live');
    });

    it('finds nothing that never was, and nothing of another tenant', async () => {
      const harness = await makeHarness();
      const begun = await begin(harness);
      const stranger = { ...begun, tenant: await harness.makeTenant() };

      expect(await find(harness, begun, harness.crypto.newId() as SessionId)).toBeNull();
      expect(await find(harness, stranger)).toBeNull();
    });
  });

  describe('SessionRepository.noteContext', () => {
    it.each([
      ['another address and user agent', HERE, THERE],
      ['another address alone', HERE, { ...HERE, ip: THERE.ip }],
      ['another user agent alone', HERE, { ...HERE, userAgent: THERE.userAgent }],
      ['what is known where nothing was', NOWHERE, HERE],
      ['nothing where something was known', HERE, NOWHERE],
    ])('notes %s, and nothing else of the session', async (_what, from, to) => {
      const harness = await makeHarness();
      const begun = await begin(harness, from);

      expect(await note(harness, begun, from, to)).toBe(true);

      const { session } = (await find(harness, begun)) ?? {};
      expect(session).toEqual({ ...begun.session, ...to });
    });

    it.each([
      ['is there already', HERE, HERE],
      ['takes the place of another address', { ...HERE, ip: THERE.ip }, NOWHERE],
      ['takes the place of another user agent', { ...HERE, userAgent: null }, THERE],
    ])('changes nothing where it %s', async (_what, from, to) => {
      const harness = await makeHarness();
      const begun = await begin(harness);

      expect(await note(harness, begun, from, to)).toBe(false);

      expect((await find(harness, begun))?.session).toEqual(begun.session);
    });

    it('tells exactly one of many concurrent callers that it noted the change', async () => {
      const harness = await makeHarness();
      const begun = await begin(harness);

      const answers = await race((index) =>
        note(harness, begun, HERE, { ...THERE, userAgent: `browser ${index}` }),
      );

      const winner = answers.indexOf(true);
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect((await find(harness, begun))?.session.userAgent).toBe(`browser ${winner}`);
    });

    it('notes nothing of a session that has ended, expired or never was', async () => {
      const harness = await makeHarness();
      const [ended, expired] = [await begin(harness), await begin(harness)];
      await harness.unitOfWork.run(ended.tenant.id, ({ sessions }) =>
        sessions.end(ended.session.id, 'logout'),
      );

      expect(await note(harness, ended, HERE, THERE)).toBe(false);
      await harness.passTime(3600);
      expect(await note(harness, expired, HERE, THERE)).toBe(false);
      const never = { ...ended, session: { ...ended.session, id: harness.crypto.newId() as SessionId } };
      expect(await note(harness, never, HERE, THERE)).toBe(false);
    });

    it('notes nothing of a session of another tenant', async () => {
      const harness = await makeHarness();
      const begun = await begin(harness);
      const stranger = { ...begun, tenant: await harness.makeTenant() };

      expect(await note(harness, stranger, HERE, THERE)).toBe(false);

      expect((await find(harness, begun))?.session).toEqual(begun.session);
    });
  });
}

function begin(harness: StoreHarness, context: SessionContext = HERE): Promise<Begun> {
  return beginSession(harness, { context: { ...context, requestId: null } });
}

function find({ unitOfWork }: StoreHarness, { tenant, session }: Begun, id = session.id) {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.find(id));
}

function note(
  { unitOfWork }: StoreHarness,
  { tenant, session }: Begun,
  from: SessionContext,
  to: SessionContext,
): Promise<boolean> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.noteContext(session.id, from, to));
}

function rotate({ sessionStore }: StoreHarness, { tenant, session, secretHash }: Begun, number: number) {
  return sessionStore.rotate({ tenantId: tenant.id, sessionId: session.id, number, secretHash });
}
