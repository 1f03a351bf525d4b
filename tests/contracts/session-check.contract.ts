import { describe, expect, it } from 'vitest';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { SeenSession, SessionCheck } from '../../core/sessions/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, makeUser } from './samples.ts';

/** What every store answers to a request with a credential. */
export function sessionCheckContract(makeHarness: MakeHarness): void {
  describe('SessionStore.look', () => {
    it('answers a live session with its user and its tenant, as they are now', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { deviceName: 'Laptop' });
      await harness.unitOfWork.run(begun.tenant.id, ({ users }) => users.addRole(begun.user.id, 'admin'));

      const answer = await check(harness, begun);

      expect(answer).toMatchObject({
        kind: 'live',
        session: begun.session,
        user: { id: begun.user.id, email: begun.user.email, roles: ['admin', 'member'], status: 'active' },
        tenant: begun.tenant,
      });
    });

    it.each([
      ['idle', { idleSeconds: 100 }],
      ['absolute', { absoluteSeconds: 100 }],
      ['inactivity', { inactivitySeconds: 100 }],
    ])('answers live just before the %s limit', async (_limit, lifetimes) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { lifetimes });
      await harness.passTime(100 - harness.marginSeconds);

      expect((await check(harness, begun)).kind).toBe('live');
    });

    it.each([
      ['idle', { idleSeconds: 100 }],
      ['absolute', { absoluteSeconds: 100 }],
      ['inactivity', { inactivitySeconds: 100 }],
    ])('answers ended at the second of the %s limit', async (_limit, lifetimes) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { lifetimes });
      await harness.passTime(100);

      expect(await check(harness, begun)).toEqual({ kind: 'ended' });
    });

    it('answers ended from the moment when somebody ended the session', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      await harness.unitOfWork.run(begun.tenant.id, ({ sessions }) =>
        sessions.end(begun.session.id, 'logout'),
      );

      expect(await check(harness, begun)).toEqual({ kind: 'ended' });
    });

    it.each([
      'suspended',
      'deleted',
      'invited',
    ] as const)('answers ended while the user is %s', async (status) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.setUserStatus(begun.tenant.id, begun.user.id, status);

      expect(await check(harness, begun)).toEqual({ kind: 'ended' });
    });

    it('answers ended for a session that never was, and for one of another user', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const other = await makeUser(harness, begun.tenant.id);
      const { sessionStore, crypto } = harness;

      const answers = [
        await sessionStore.look(begun.tenant.id, crypto.newId() as SessionId, begun.user.id),
        await sessionStore.look(begun.tenant.id, begun.session.id, other.id),
        await sessionStore.look(begun.tenant.id, begun.session.id, crypto.newId() as UserId),
      ];

      expect(answers).toEqual([{ kind: 'ended' }, { kind: 'ended' }, { kind: 'ended' }]);
    });

    it('answers ended in another tenant, and no_tenant where there is none', async () => {
      const harness = await makeHarness();
      const { session, user } = await beginSession(harness);
      const stranger = await harness.makeTenant();
      const nowhere = harness.crypto.newId() as TenantId;

      const answers = [
        await harness.sessionStore.look(stranger.id, session.id, user.id),
        await harness.sessionStore.look(nowhere, session.id, user.id),
      ];

      expect(answers).toEqual([{ kind: 'ended' }, { kind: 'no_tenant' }]);
    });

    it("answers a suspended tenant's session as live, for the caller to refuse by its name", async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.setTenantStatus(begun.tenant.id, 'suspended');

      expect(await check(harness, begun)).toMatchObject({ kind: 'live', tenant: { status: 'suspended' } });
    });

    it('says how long a session has left, how long ago its user signed in, and that they need not again', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { lifetimes: { idleSeconds: 100 } });
      await harness.passTime(40);

      const answer = await check(harness, begun);

      if (answer.kind !== 'live') throw new Error('The session is not live');
      const marginMs = harness.marginSeconds * 1_000;
      expect(answer.remainingMs).toBeLessThanOrEqual(60_000);
      expect(answer.remainingMs).toBeGreaterThan(60_000 - marginMs);
      expect(answer.authAgeMs).toBeGreaterThanOrEqual(40_000);
      expect(answer.authAgeMs).toBeLessThan(40_000 + marginMs);
      expect(answer.isStepUpDue).toBe(false);
    });

    it('notes nothing by looking', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.passTime(100);

      await check(harness, begun);

      expect(secondsSeenAfterCreation(await check(harness, begun))).toBe(0);
    });
  });

  describe('SessionStore.noteSeen', () => {
    it('notes when sessions of any tenants were seen, at once', async () => {
      const harness = await makeHarness();
      const [one, other] = [await beginSession(harness), await beginSession(harness)];
      await harness.passTime(100);

      await harness.sessionStore.noteSeen([seen(one, 40), seen(other, 0)]);

      expect(secondsSeenAfterCreation(await check(harness, one))).toBe(60);
      expect(secondsSeenAfterCreation(await check(harness, other))).toBe(100);
    });

    it('moves the inactivity limit, and no other', async () => {
      const harness = await makeHarness();
      const lifetimes = { inactivitySeconds: 100, idleSeconds: 200 };
      const begun = await beginSession(harness, { lifetimes });

      await harness.passTime(80);
      await harness.sessionStore.noteSeen([seen(begun, 0)]);
      await harness.passTime(80);
      const before = await check(harness, begun);
      await harness.sessionStore.noteSeen([seen(begun, 0)]);
      await harness.passTime(40);
      const after = await check(harness, begun);

      expect([before.kind, after.kind]).toEqual(['live', 'ended']);
    });

    it('brings nothing back whose limit was reached before it was seen', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { lifetimes: { inactivitySeconds: 100 } });
      await harness.passTime(100);

      await harness.sessionStore.noteSeen([seen(begun, 0)]);

      expect(await check(harness, begun)).toEqual({ kind: 'ended' });
    });

    it('passes over what has ended, was seen later, or is not of the tenant that is named', async () => {
      const harness = await makeHarness();
      const [ended, later, strange] = [
        await beginSession(harness, { lifetimes: { inactivitySeconds: 100 } }),
        await beginSession(harness),
        await beginSession(harness),
      ];
      const elsewhere = await harness.makeTenant();
      await harness.unitOfWork.run(ended.tenant.id, ({ sessions }) =>
        sessions.end(ended.session.id, 'logout'),
      );
      await harness.passTime(60);
      await harness.sessionStore.noteSeen([seen(later, 0)]);

      await harness.sessionStore.noteSeen([
        seen(ended, 0),
        seen(later, 30),
        { ...seen(strange, 0), tenantId: elsewhere.id },
      ]);

      expect(await check(harness, ended)).toEqual({ kind: 'ended' });
      expect(secondsSeenAfterCreation(await check(harness, later))).toBe(60);
      expect(secondsSeenAfterCreation(await check(harness, strange))).toBe(0);
    });
  });
}

function seen({ tenant, session }: Begun, secondsAgo: number): SeenSession {
  return { tenantId: tenant.id, sessionId: session.id, ageMs: secondsAgo * 1_000 };
}

function check({ sessionStore }: StoreHarness, { tenant, session, user }: Begun): Promise<SessionCheck> {
  return sessionStore.look(tenant.id, session.id, user.id);
}

/** Both times are of the same answer, so that it is the same wherever rows are aged. */
function secondsSeenAfterCreation(answer: SessionCheck): number | null {
  if (answer.kind !== 'live') return null;
  const { lastSeenAt, createdAt } = answer.session;
  return Math.floor((lastSeenAt.getTime() - createdAt.getTime()) / 1000);
}
