import { describe, expect, it } from 'vitest';
import type { Invitation } from '../../core/invitations/index.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';

/** What every store of invitations does. */
export function invitationsContract(makeHarness: MakeHarness): void {
  describe('InvitationRepository', () => {
    it('keeps an offer to an address, and one to nobody in particular', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const offer = {
        id: harness.crypto.newId(),
        email: email('ada@example.com'),
        roles: ['admin', 'member'],
      };
      const firstOwner = { id: harness.crypto.newId(), email: null, roles: ['owner'] };
      for (const each of [offer, firstOwner]) await insert(harness, tenant.id, each);

      expect(await findById(harness, tenant.id, offer.id)).toEqual(offer);
      expect(await findById(harness, tenant.id, firstOwner.id)).toEqual(firstOwner);
      expect(await findById(harness, tenant.id, harness.crypto.newId())).toBeNull();
    });

    it('answers an invitation whatever became of it', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const offer = { id: harness.crypto.newId(), email: email('ada@example.com'), roles: ['admin'] };
      await insert(harness, tenant.id, offer);

      await harness.unitOfWork.run(tenant.id, ({ invitations }) => invitations.markAccepted(offer.id));
      await harness.passTime(1000);

      expect(await findById(harness, tenant.id, offer.id)).toEqual(offer);
    });

    it('shows nothing to another tenant', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
      const offer = { id: harness.crypto.newId(), email: email('ada@example.com'), roles: ['admin'] };
      await insert(harness, here.id, offer);

      await harness.unitOfWork.run(there.id, ({ invitations }) => invitations.markAccepted(offer.id));

      expect(await findById(harness, there.id, offer.id)).toBeNull();
      expect(await findById(harness, here.id, offer.id)).toEqual(offer);
    });
  });
}

function insert({ unitOfWork }: StoreHarness, tenantId: TenantId, invitation: Invitation) {
  return unitOfWork.run(tenantId, ({ invitations }) => invitations.insert(invitation, 100));
}

function findById({ unitOfWork }: StoreHarness, tenantId: TenantId, id: string) {
  return unitOfWork.run(tenantId, ({ invitations }) => invitations.findById(id));
}
