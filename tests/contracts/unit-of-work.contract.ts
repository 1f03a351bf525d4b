import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { tenantSlug } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { makeUser, newEvent, newMail, newUser } from './samples.ts';

/** What every unit of work does, whatever it is a unit of. */
export function unitOfWorkContract(makeHarness: MakeHarness): void {
  describe('UnitOfWork', () => {
    it('answers what the work answers, and keeps what it did', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const wanted = newUser(harness);

      const answer = await harness.unitOfWork.run(tenant.id, async ({ users }) => {
        await users.insert(wanted);
        return 'done';
      });

      expect(answer).toBe('done');
      const found = await harness.unitOfWork.run(tenant.id, ({ users }) => users.findById(wanted.id));
      expect(found).toMatchObject({ id: wanted.id, tenantId: tenant.id });
    });

    it('shows the work what it has done itself', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const wanted = newUser(harness);

      const found = await harness.unitOfWork.run(tenant.id, async ({ users }) => {
        await users.insert(wanted);
        return users.findByEmail(wanted.email);
      });

      expect(found?.id).toBe(wanted.id);
    });

    it('rejects with the very error of the work, and keeps nothing of it', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id);
      const wanted = newUser(harness);
      const changeOfMind = new Error('changed my mind');

      const attempt = harness.unitOfWork.run(tenant.id, async ({ users, outbox, audit }) => {
        await users.insert(wanted);
        await users.addRole(user.id, 'admin');
        await outbox.add(newMail());
        await audit.record(newEvent(user.id));
        throw changeOfMind;
      });

      await expect(attempt).rejects.toBe(changeOfMind);
      const [inserted, kept] = await harness.unitOfWork.run(tenant.id, async ({ users }) => [
        await users.findById(wanted.id),
        await users.findById(user.id),
      ]);
      expect(inserted).toBeNull();
      expect(kept?.roles).toEqual(['member']);
      expect(await harness.mailQueue.claim(10)).toEqual([]);
      expect(await harness.auditOf(tenant.id)).toEqual([]);
    });

    it('keeps nothing of what belongs to no tenant either, when the work rejects', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const id = harness.crypto.newId() as TenantId;

      const attempt = harness.unitOfWork.run(tenant.id, async ({ tenants }) => {
        await tenants.insert({ id, slug: tenantSlug('shortlived'), name: 'Short-lived' });
        throw new Error('changed my mind');
      });

      await expect(attempt).rejects.toThrow('changed my mind');
      expect(await harness.tenantDirectory.findById(id)).toBeNull();
    });

    it('shows nobody else what is not committed yet', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const wanted = newUser(harness);
      const identifier = { kind: 'email', email: wanted.email } as const;

      const seenMeanwhile = await harness.unitOfWork.run(tenant.id, async ({ users }) => {
        await users.insert(wanted);
        return harness.credentialLookup.find(tenant.id, identifier, []);
      });

      expect(seenMeanwhile).toBeNull();
      expect(await harness.credentialLookup.find(tenant.id, identifier, [])).toMatchObject({
        userId: wanted.id,
      });
    });

    it('goes on working after work that rejected', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const refusal = new Error('no');
      await expect(harness.unitOfWork.run(tenant.id, () => Promise.reject(refusal))).rejects.toBe(refusal);

      const user = await makeUser(harness, tenant.id);

      expect(user.tenantId).toBe(tenant.id);
    });

    it('makes the same address two people in two tenants', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
      const one = await makeUser(harness, here.id);

      const other = await makeUser(harness, there.id, { email: one.email });

      const found = await harness.unitOfWork.run(here.id, ({ users }) => users.findByEmail(one.email));
      expect(found?.id).toBe(one.id);
      expect(other.id).not.toBe(one.id);
    });
  });
}
