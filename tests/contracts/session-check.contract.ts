import { describe, expect, it } from 'vitest';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { SessionCheck } from '../../core/sessions/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, makeUser } from './samples.ts';

/** What every store answers to a request with a credential. */
export function sessionCheckContract(makeHarness: MakeHarness): void {
  describe('SessionStore.check', () => {
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
        await sessionStore.check(begun.tenant.id, crypto.newId() as SessionId, begun.user.id),
        await sessionStore.check(begun.tenant.id, begun.session.id, other.id),
        await sessionStore.check(begun.tenant.id, begun.session.id, crypto.newId() as UserId),
      ];

      expect(answers).toEqual([{ kind: 'ended' }, { kind: 'ended' }, { kind: 'ended' }]);
    });

    it('answers ended in another tenant, and no_tenant where there is none', async () => {
      const harness = await makeHarness();
      const { session, user } = await beginSession(harness);
      const stranger = await harness.makeTenant();
      const nowhere = harness.crypto.newId() as TenantId;

      const answers = [
        await harness.sessionStore.check(stranger.id, session.id, user.id),
        await harness.sessionStore.check(nowhere, session.id, user.id),
      ];

      expect(answers).toEqual([{ kind: 'ended' }, { kind: 'no_tenant' }]);
    });

    it("answers a suspended tenant's session as live, for the caller to refuse by its name", async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.setTenantStatus(begun.tenant.id, 'suspended');

      expect(await check(harness, begun)).toMatchObject({ kind: 'live', tenant: { status: 'suspended' } });
    });

    it('notes that a session was seen, but not again before a minute is over', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      await harness.passTime(60 - harness.marginSeconds);
      const early = await check(harness, begun);
      await harness.passTime(harness.marginSeconds);
      const late = await check(harness, begun);

      expect(secondsSeenAfterCreation(early)).toBe(0);
      expect(secondsSeenAfterCreation(late)).toBe(60);
    });

    it('moves the inactivity limit when it notes a session, and no other limit', async () => {
      const harness = await makeHarness();
      const lifetimes = { inactivitySeconds: 100, idleSeconds: 200 };
      const begun = await beginSession(harness, { lifetimes });

      await harness.passTime(80);
      const first = await check(harness, begun);
      await harness.passTime(80);
      const second = await check(harness, begun);
      await harness.passTime(40);
      const third = await check(harness, begun);

      expect([first.kind, second.kind, third.kind]).toEqual(['live', 'live', 'ended']);
    });
  });
}

function check({ sessionStore }: StoreHarness, { tenant, session, user }: Begun): Promise<SessionCheck> {
  return sessionStore.check(tenant.id, session.id, user.id);
}

/** Both times are of the same answer, so that it is the same wherever rows are aged. */
function secondsSeenAfterCreation(answer: SessionCheck): number | null {
  if (answer.kind !== 'live') return null;
  const { lastSeenAt, createdAt } = answer.session;
  return Math.floor((lastSeenAt.getTime() - createdAt.getTime()) / 1000);
}
