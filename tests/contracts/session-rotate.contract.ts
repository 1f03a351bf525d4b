import { describe, expect, it } from 'vitest';
import type { SessionId, TenantId } from '../../core/kernel/ids.ts';
import type { RotationOutcome } from '../../core/sessions/index.ts';
import { GRACE_SECONDS, type MakeHarness, type StoreHarness } from './harness.ts';
import { type Begun, beginSession, CALLERS, race } from './samples.ts';

/** How every store spends refresh tokens (rule 15; RFC 9700, section 4.14.2). */
export function sessionRotateContract(makeHarness: MakeHarness): void {
  describe('SessionStore.rotate', () => {
    it('spends each number in turn and answers the session with its user and its tenant', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      const first = await rotate(harness, begun, 0);
      const second = await rotate(harness, begun, 1);

      expect(first).toMatchObject({
        kind: 'rotated',
        session: { id: begun.session.id, userId: begun.user.id, authTime: begun.session.authTime },
        user: { id: begun.user.id },
        tenant: begun.tenant,
      });
      expect(second.kind).toBe('rotated');
    });

    it('lets exactly one of many concurrent callers spend a number, and the others repeat it', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      const outcomes = await race(() => rotate(harness, begun, 0));

      const kinds = outcomes.map(({ kind }) => kind).sort();
      expect(kinds).toEqual([...Array(CALLERS - 1).fill('repeated'), 'rotated']);
      expect((await rotate(harness, begun, 1)).kind).toBe('rotated');
    });

    describe('the number just spent, presented again', () => {
      it('is repeated until just before the grace is over', async () => {
        const harness = await makeHarness();
        const begun = await beginSession(harness);
        await rotate(harness, begun, 0);
        await harness.passTime(GRACE_SECONDS - harness.marginSeconds);

        const outcome = await rotate(harness, begun, 0);

        expect(outcome).toMatchObject({
          kind: 'repeated',
          user: { id: begun.user.id },
          tenant: { id: begun.tenant.id },
        });
      });

      it('is reused at the second when the grace is over, and nothing is ended here', async () => {
        const harness = await makeHarness();
        const begun = await beginSession(harness);
        await rotate(harness, begun, 0);
        await harness.passTime(GRACE_SECONDS);

        const outcome = await rotate(harness, begun, 0);

        expect(outcome).toEqual({ kind: 'reused', userId: begun.user.id });
        expect((await rotate(harness, begun, 1)).kind).toBe('rotated');
      });

      it('does not move the grace: it counts from the first use', async () => {
        const harness = await makeHarness();
        const begun = await beginSession(harness);
        await rotate(harness, begun, 0);
        await harness.passTime(GRACE_SECONDS / 2);
        await rotate(harness, begun, 0);
        await harness.passTime(GRACE_SECONDS / 2);

        expect((await rotate(harness, begun, 0)).kind).toBe('reused');
      });

      it('is reused as soon as its successor was used', async () => {
        const harness = await makeHarness();
        const begun = await beginSession(harness);
        await rotate(harness, begun, 0);
        await rotate(harness, begun, 1);

        expect(await rotate(harness, begun, 0)).toEqual({ kind: 'reused', userId: begun.user.id });
        expect((await rotate(harness, begun, 1)).kind).toBe('repeated');
      });

      it('is reused at once where there is no grace', async () => {
        const harness = await makeHarness({ graceSeconds: 0 });
        const begun = await beginSession(harness);
        await rotate(harness, begun, 0);

        expect(await rotate(harness, begun, 0)).toEqual({ kind: 'reused', userId: begun.user.id });
      });

      it('prolongs nothing', async () => {
        const harness = await makeHarness();
        const begun = await beginSession(harness, { lifetimes: { idleSeconds: 100 } });
        await rotate(harness, begun, 0);
        await harness.passTime(GRACE_SECONDS / 2);
        await rotate(harness, begun, 0);

        await harness.passTime(100 - GRACE_SECONDS / 2);

        expect(await rotate(harness, begun, 1)).toMatchObject({ kind: 'rejected', reason: 'expired' });
      });
    });

    // A restored backup: the row knows less than the token. Nobody's theft.
    it('rejects a number above that of the row as ahead', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      const outcome = await rotate(harness, begun, 1);

      expect(outcome).toEqual({ kind: 'rejected', reason: 'ahead', userId: begun.user.id });
      expect((await rotate(harness, begun, 0)).kind).toBe('rotated');
    });

    it.each([0, 1, 2, 3])('rejects the number %i of a session that was ended at number 2', async (number) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await rotate(harness, begun, 0);
      await rotate(harness, begun, 1);
      await harness.unitOfWork.run(begun.tenant.id, ({ sessions }) =>
        sessions.end(begun.session.id, 'logout'),
      );

      const outcome = await rotate(harness, begun, number);

      expect(outcome).toEqual({ kind: 'rejected', reason: 'ended', userId: begun.user.id });
    });

    it.each([
      ['idle', { idleSeconds: 100 }],
      ['absolute', { absoluteSeconds: 100 }],
      ['inactivity', { inactivitySeconds: 100 }],
    ])('rotates until just before the %s limit', async (_limit, lifetimes) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { lifetimes });
      await harness.passTime(100 - harness.marginSeconds);

      expect((await rotate(harness, begun, 0)).kind).toBe('rotated');
    });

    it.each([
      ['idle', { idleSeconds: 100 }],
      ['absolute', { absoluteSeconds: 100 }],
      ['inactivity', { inactivitySeconds: 100 }],
    ])('rejects as expired at the second of the %s limit', async (_limit, lifetimes) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { lifetimes });
      await harness.passTime(100);

      const outcome = await rotate(harness, begun, 0);

      expect(outcome).toEqual({ kind: 'rejected', reason: 'expired', userId: begun.user.id });
    });

    it('moves the idle and the inactivity limit and the time last seen, but not the absolute limit', async () => {
      const harness = await makeHarness();
      const lifetimes = { idleSeconds: 100, inactivitySeconds: 100, absoluteSeconds: 200 };
      const begun = await beginSession(harness, { lifetimes });

      await harness.passTime(80);
      const first = await rotate(harness, begun, 0);
      await harness.passTime(80);
      const second = await rotate(harness, begun, 1);
      await harness.passTime(40);
      const third = await rotate(harness, begun, 2);

      expect(
        first.kind === 'rotated' && secondsBetween(first.session.createdAt, first.session.lastSeenAt),
      ).toBe(80);
      expect(
        second.kind === 'rotated' && secondsBetween(second.session.createdAt, second.session.expiresAt),
      ).toBe(200);
      expect(third).toMatchObject({ kind: 'rejected', reason: 'expired' });
    });

    it('rejects every number while the user is not active, and tells no theft then', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await rotate(harness, begun, 0);
      await rotate(harness, begun, 1);
      await harness.setUserStatus(begun.tenant.id, begun.user.id, 'suspended');

      const outcomes = [await rotate(harness, begun, 2), await rotate(harness, begun, 0)];

      const rejected = { kind: 'rejected', reason: 'user_inactive', userId: begun.user.id };
      expect(outcomes).toEqual([rejected, rejected]);
    });

    it('spends nothing while the tenant is suspended', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.setTenantStatus(begun.tenant.id, 'suspended');

      const outcome = await rotate(harness, begun, 0);
      await harness.setTenantStatus(begun.tenant.id, 'active');

      expect(outcome).toEqual({ kind: 'tenant_suspended' });
      expect((await rotate(harness, begun, 0)).kind).toBe('rotated');
    });

    it('knows no session by another secret, in another tenant or by another id, and spends nothing', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const stranger = await harness.makeTenant();
      const { crypto } = harness;

      const outcomes = [
        await rotate(harness, { ...begun, secretHash: crypto.randomBytes(32) }, 0),
        await rotate(harness, { ...begun, tenant: stranger }, 0),
        await rotate(harness, { ...begun, tenant: { ...stranger, id: crypto.newId() as TenantId } }, 0),
        await rotate(
          harness,
          { ...begun, session: { ...begun.session, id: crypto.newId() as SessionId } },
          0,
        ),
      ];

      expect(outcomes).toEqual(Array(4).fill({ kind: 'unknown' }));
      expect((await rotate(harness, begun, 0)).kind).toBe('rotated');
    });
  });
}

function rotate(
  { sessionStore }: StoreHarness,
  { tenant, session, secretHash }: Omit<Begun, 'user'>,
  number: number,
): Promise<RotationOutcome> {
  return sessionStore.rotate({ tenantId: tenant.id, sessionId: session.id, number, secretHash });
}

function secondsBetween(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / 1000);
}
