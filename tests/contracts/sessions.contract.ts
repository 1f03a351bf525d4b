import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/kernel/ids.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, makeUser, newSession, race } from './samples.ts';

/** What every store of sessions does within a unit of work. */
export function sessionsContract(makeHarness: MakeHarness): void {
  describe('SessionRepository', () => {
    it('begins a session with all that was given, at the time of the store', async () => {
      const harness = await makeHarness();
      const context = { ip: '203.0.113.7', userAgent: 'a browser', requestId: 'r1' };
      const { tenant, user, session } = await beginSession(harness, { deviceName: 'Laptop', context });

      expect(session).toMatchObject({
        tenantId: tenant.id,
        userId: user.id,
        amr: ['pwd'],
        aal: 1,
        deviceName: 'Laptop',
        ip: '203.0.113.7',
        userAgent: 'a browser',
      });
      expect(session).not.toHaveProperty('secretHash');
      for (const instant of [session.authTime, session.lastSeenAt]) {
        expect(Math.abs(instant.getTime() - session.createdAt.getTime())).toBeLessThan(1000);
      }
      const found = await findLive(harness, { tenant, user }, session.id);
      expect(found).toEqual(session);
    });

    it.each([
      ['idle', { idleSeconds: 100 }],
      ['absolute', { absoluteSeconds: 100 }],
      ['inactivity', { inactivitySeconds: 100 }],
    ])('ends a session at the second of its %s limit when that is the earliest', async (_limit, lifetimes) => {
      const harness = await makeHarness();
      const early = await beginSession(harness, { lifetimes });
      await harness.passTime(100 - harness.marginSeconds);
      const before = await findLive(harness, early, early.session.id);

      // Another one: looking at a session is activity.
      const later = await makeHarness();
      const late = await beginSession(later, { lifetimes });
      await later.passTime(100);

      expect(Math.round((early.session.expiresAt.getTime() - early.session.createdAt.getTime()) / 1000)).toBe(
        100,
      );
      expect(before?.id).toBe(early.session.id);
      expect(await findLive(later, late, late.session.id)).toBeNull();
    });

    it('has no live session of a user who is not active', async () => {
      const harness = await makeHarness();
      const { session, ...owner } = await beginSession(harness);

      await harness.setUserStatus(owner.tenant.id, owner.user.id, 'suspended');

      expect(await findLive(harness, owner, session.id)).toBeNull();
    });

    describe('end', () => {
      it('ends a live session once, for good', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);

        const answers = [await end(harness, owner, session.id), await end(harness, owner, session.id)];

        expect(answers).toEqual([true, false]);
        expect(await findLive(harness, owner, session.id)).toBeNull();
      });

      it('tells exactly one of many concurrent callers that it ended the session', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);

        const answers = await race(() => end(harness, owner, session.id));

        expect(answers.filter(Boolean)).toHaveLength(1);
      });

      it('finds nothing to end in a session that expired or never was', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness, { lifetimes: { idleSeconds: 100 } });
        await harness.passTime(100);

        expect(await end(harness, owner, session.id)).toBe(false);
        expect(await end(harness, owner, harness.crypto.newId() as SessionId)).toBe(false);
      });
    });

    describe('endOneOf', () => {
      it("ends a live session of the user's once, for good, and no other", async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);
        const other = await beginAnother(harness, owner);

        const answers = [await endOne(harness, owner, session.id), await endOne(harness, owner, session.id)];

        expect(answers).toEqual([true, false]);
        expect(await findLive(harness, owner, session.id)).toBeNull();
        expect(await findLive(harness, owner, other)).not.toBeNull();
      });

      it('ends none of another user', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);
        const stranger = { ...owner, user: await makeUser(harness, owner.tenant.id) };

        expect(await endOne(harness, stranger, session.id)).toBe(false);

        expect(await findLive(harness, owner, session.id)).toEqual(session);
      });

      it('tells exactly one of many concurrent callers that it ended the session', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);

        const answers = await race(() => endOne(harness, owner, session.id));

        expect(answers.filter(Boolean)).toHaveLength(1);
      });

      it('finds nothing to end in a session that expired or never was', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness, { lifetimes: { idleSeconds: 100 } });
        await harness.passTime(100);

        expect(await endOne(harness, owner, session.id)).toBe(false);
        expect(await endOne(harness, owner, harness.crypto.newId() as SessionId)).toBe(false);
      });
    });

    describe('endAllOf', () => {
      it('ends every live session of a user but one, and says which', async () => {
        const harness = await makeHarness();
        const { session: kept, ...owner } = await beginSession(harness);
        const others = [await beginAnother(harness, owner), await beginAnother(harness, owner)];
        const gone = await beginAnother(harness, owner);
        await end(harness, owner, gone);

        const ended = await harness.unitOfWork.run(owner.tenant.id, ({ sessions }) =>
          sessions.endAllOf(owner.user.id, 'logout_all', kept.id),
        );

        expect([...ended].sort()).toEqual([...others].sort());
        expect(await findLive(harness, owner, kept.id)).not.toBeNull();
        for (const id of others) expect(await findLive(harness, owner, id)).toBeNull();
      });

      it('ends all of them when none is excepted, and none of another user', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);
        const other = { ...owner, user: await makeUser(harness, owner.tenant.id) };
        const foreign = await beginAnother(harness, other);

        const ended = await harness.unitOfWork.run(owner.tenant.id, ({ sessions }) =>
          sessions.endAllOf(owner.user.id, 'logout_all', null),
        );

        expect(ended).toEqual([session.id]);
        expect(await findLive(harness, other, foreign)).not.toBeNull();
      });

      // Or they would be back as soon as the user is active again.
      it('ends the sessions of a user who is suspended already', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);
        await harness.setUserStatus(owner.tenant.id, owner.user.id, 'suspended');

        const ended = await harness.unitOfWork.run(owner.tenant.id, ({ sessions }) =>
          sessions.endAllOf(owner.user.id, 'logout_all', null),
        );
        await harness.setUserStatus(owner.tenant.id, owner.user.id, 'active');

        expect(ended).toEqual([session.id]);
        expect(await findLive(harness, owner, session.id)).toBeNull();
      });
    });

    describe('endOldestOf', () => {
      it('ends the oldest live ones until so many are left, and says which', async () => {
        const harness = await makeHarness();
        const { session: first, ...owner } = await beginSession(harness);
        const ids = [first.id];
        for (let count = 0; count < 4; count += 1) {
          await harness.passTime(1);
          ids.push(await beginAnother(harness, owner));
        }
        const [oldest, gone, second, ...newest] = ids as [SessionId, SessionId, SessionId, ...SessionId[]];
        await end(harness, owner, gone);

        const ended = await endOldest(harness, owner, 2);

        expect([...ended].sort()).toEqual([oldest, second].sort());
        for (const id of newest) expect(await findLive(harness, owner, id)).not.toBeNull();
      });

      it('ends none of another user', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);
        const other = { ...owner, user: await makeUser(harness, owner.tenant.id) };
        const foreign = await beginAnother(harness, other);

        expect(await endOldest(harness, owner, 0)).toEqual([session.id]);
        expect(await findLive(harness, other, foreign)).not.toBeNull();
      });

      it('ends none while no more than that are live', async () => {
        const harness = await makeHarness();
        const { session, ...owner } = await beginSession(harness);

        expect(await endOldest(harness, owner, 1)).toEqual([]);
        expect(await findLive(harness, owner, session.id)).not.toBeNull();
      });

      it('holds the number of sessions under the lock on the user, however many begin at once', async () => {
        const harness = await makeHarness();
        const { user, tenant } = await beginSession(harness);

        await race(() =>
          harness.unitOfWork.run(tenant.id, async ({ users, sessions }) => {
            await users.lock(user.id);
            await sessions.endOldestOf(user.id, 2);
            await sessions.insert(newSession(harness, user.id));
          }),
        );

        const live = await harness.unitOfWork.run(tenant.id, ({ sessions }) =>
          sessions.endAllOf(user.id, 'logout_all', null),
        );
        expect(live).toHaveLength(3);
      });
    });

    it('shows nothing of a session to another tenant, and lets it end nothing', async () => {
      const harness = await makeHarness();
      const { session, ...owner } = await beginSession(harness);
      const stranger = { ...owner, tenant: await harness.makeTenant() };

      expect(await findLive(harness, stranger, session.id)).toBeNull();
      expect(await end(harness, stranger, session.id)).toBe(false);
      expect(await endOne(harness, stranger, session.id)).toBe(false);
      expect(await endOldest(harness, stranger, 0)).toEqual([]);
      const ended = await harness.unitOfWork.run(stranger.tenant.id, ({ sessions }) =>
        sessions.endAllOf(owner.user.id, 'logout_all', null),
      );

      expect(ended).toEqual([]);
      expect(await findLive(harness, owner, session.id)).toEqual(session);
    });

    it('begins no session in a tenant that does not have the user', async () => {
      const harness = await makeHarness();
      const { user } = await beginSession(harness);
      const stranger = await harness.makeTenant();

      const attempt = harness.unitOfWork.run(stranger.id, ({ sessions }) =>
        sessions.insert(newSession(harness, user.id)),
      );

      await expect(attempt).rejects.toThrow();
    });
  });
}

type Owner = Pick<Begun, 'tenant' | 'user'>;

async function findLive({ sessionStore }: StoreHarness, { tenant, user }: Owner, id: SessionId) {
  const check = await sessionStore.look(tenant.id, id, user.id);
  return check.kind === 'live' ? check.session : null;
}

function end({ unitOfWork }: StoreHarness, { tenant }: Owner, id: SessionId): Promise<boolean> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.end(id, 'logout'));
}

function endOne({ unitOfWork }: StoreHarness, { tenant, user }: Owner, id: SessionId): Promise<boolean> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.endOneOf(user.id, id, 'revoked'));
}

function endOldest({ unitOfWork }: StoreHarness, { tenant, user }: Owner, keep: number) {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.endOldestOf(user.id, keep));
}

async function beginAnother(harness: StoreHarness, { tenant, user }: Owner): Promise<SessionId> {
  const wanted = newSession(harness, user.id);
  const { id } = await harness.unitOfWork.run(tenant.id, ({ sessions }) => sessions.insert(wanted));
  return id;
}
