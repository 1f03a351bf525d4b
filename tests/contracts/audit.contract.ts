import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type NewAuditEvent, userActor } from '../../core/audit/index.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { newEvent, race } from './samples.ts';

/** What every audit log does. */
export function auditContract(makeHarness: MakeHarness): void {
  describe('AuditLog', () => {
    it('keeps an event whole, and events in the order in which they were recorded', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const [userId, sessionId] = [harness.crypto.newId(), harness.crypto.newId()];
      const full: NewAuditEvent = {
        type: 'login.failed',
        outcome: 'failure',
        actor: ANONYMOUS,
        target: { type: 'session', id: sessionId },
        context: { ip: '203.0.113.7', userAgent: 'a browser', requestId: 'r1' },
        data: { method: 'pwd', tries: 3, is_known: true, nested: { list: [1, null] } },
        addresses: { identifier: 'ada@example.com' },
      };
      await record(harness, tenant.id, full);
      await record(harness, tenant.id, newEvent(userId));

      const user = { type: 'user', id: userId };
      expect(await harness.auditOf(tenant.id)).toEqual([
        {
          type: 'login.failed',
          outcome: 'failure',
          actor: ANONYMOUS,
          target: { type: 'session', id: sessionId },
          data: full.data,
          ip: '203.0.113.7',
          userAgent: 'a browser',
          addresses: { identifier: 'ada@example.com' },
        },
        {
          type: 'login.succeeded',
          outcome: 'success',
          actor: user,
          target: user,
          data: {},
          ip: null,
          userAgent: null,
          addresses: {},
        },
      ]);
    });

    it('keeps an event in its own tenant', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];

      await record(harness, here.id, newEvent(harness.crypto.newId()));

      expect(await harness.auditOf(here.id)).toHaveLength(1);
      expect(await harness.auditOf(there.id)).toEqual([]);
    });

    it('keeps no event of work that rejected', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const attempt = harness.unitOfWork.run(tenant.id, async ({ audit }) => {
        await audit.record(newEvent(harness.crypto.newId()));
        throw new Error('changed my mind');
      });
      await expect(attempt).rejects.toThrow('changed my mind');

      expect(await harness.auditOf(tenant.id)).toEqual([]);
    });

    describe('recordOncePerMinute', () => {
      it('records one of many concurrent calls', async () => {
        const harness = await makeHarness();
        const tenant = await harness.makeTenant();
        const userId = harness.crypto.newId();

        await race(() => recordOnce(harness, tenant.id, denied(userId, '/auth/me')));

        expect(await harness.auditOf(tenant.id)).toHaveLength(1);
      });

      it('is silent until the minute is over, and records again then', async () => {
        const harness = await makeHarness();
        const tenant = await harness.makeTenant();
        const event = denied(harness.crypto.newId(), '/auth/me');
        await recordOnce(harness, tenant.id, event);

        await harness.passTime(60 - harness.marginSeconds);
        await recordOnce(harness, tenant.id, event);
        const early = await harness.auditOf(tenant.id);
        await harness.passTime(harness.marginSeconds);
        await recordOnce(harness, tenant.id, event);

        expect(early).toHaveLength(1);
        expect(await harness.auditOf(tenant.id)).toHaveLength(2);
      });

      it('tells another route, another actor and another type', async () => {
        const harness = await makeHarness();
        const tenant = await harness.makeTenant();
        const userId = harness.crypto.newId();
        const event = denied(userId, '/auth/me');
        await record(harness, tenant.id, { ...event, type: 'login.failed' });

        await recordOnce(harness, tenant.id, event);
        await recordOnce(harness, tenant.id, denied(userId, '/auth/logout'));
        await recordOnce(harness, tenant.id, denied(harness.crypto.newId(), '/auth/me'));

        expect(await harness.auditOf(tenant.id)).toHaveLength(4);
      });

      it('counts an actor without an id as one actor', async () => {
        const harness = await makeHarness();
        const tenant = await harness.makeTenant();
        const event = { ...denied(harness.crypto.newId(), '/auth/me'), actor: ANONYMOUS };

        await recordOnce(harness, tenant.id, event);
        await recordOnce(harness, tenant.id, event);

        expect(await harness.auditOf(tenant.id)).toHaveLength(1);
      });

      it('is not silenced by what another tenant recorded, nor by work that rejected', async () => {
        const harness = await makeHarness();
        const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
        const event = denied(harness.crypto.newId(), '/auth/me');
        await recordOnce(harness, there.id, event);
        const attempt = harness.unitOfWork.run(here.id, async ({ audit }) => {
          await audit.recordOncePerMinute(event);
          throw new Error('changed my mind');
        });
        await expect(attempt).rejects.toThrow('changed my mind');

        await recordOnce(harness, here.id, event);

        expect(await harness.auditOf(here.id)).toHaveLength(1);
      });
    });
  });
}

type Routed = NewAuditEvent & { readonly data: { readonly route: string } };

function denied(userId: string, route: string): Routed {
  const event = newEvent(userId, { type: 'access.denied', outcome: 'failure', actor: userActor(userId) });
  return { ...event, data: { route, reason: 'tenant_mismatch' } as Routed['data'] };
}

function record({ unitOfWork }: StoreHarness, tenantId: TenantId, event: NewAuditEvent): Promise<void> {
  return unitOfWork.run(tenantId, ({ audit }) => audit.record(event));
}

function recordOnce({ unitOfWork }: StoreHarness, tenantId: TenantId, event: Routed): Promise<void> {
  return unitOfWork.run(tenantId, ({ audit }) => audit.recordOncePerMinute(event));
}
