import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { OpenRegistration } from '../../core/registration/index.ts';
import { email, locale, username } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { idAt, newRegistration } from './samples.ts';

const LIFETIME_SECONDS = 100;

/** What every store of open registrations does. */
export function registrationsContract(makeHarness: MakeHarness): void {
  /** An open registration of a fresh tenant. */
  async function withRegistration(change: Partial<OpenRegistration> = {}) {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    const registration = newRegistration(harness, change);
    await insert(harness, tenant.id, registration);
    return { harness, tenant, registration };
  }

  describe('OpenRegistrationRepository', () => {
    it('keeps all that was asked for', async () => {
      const { harness, tenant, registration } = await withRegistration({
        name: 'Ada Lovelace',
        username: username('ada'),
        locale: locale('en-GB'),
      });

      expect(await findOpen(harness, tenant.id, registration.id)).toEqual(registration);
    });

    it('reserves nothing: any number may be open for one address and one username, the newest listed first', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      for (const id of [idAt(1), idAt(2), idAt(3)]) {
        await insert(harness, tenant.id, newRegistration(harness, { id, username: username('ada') }));
      }
      await insert(harness, tenant.id, newRegistration(harness, { email: email('grace@example.com') }));

      expect(await openIdsOf(harness, tenant.id)).toEqual([idAt(3), idAt(2), idAt(1)]);
    });

    it('has a registration open until just before its time is over', async () => {
      const { harness, tenant, registration } = await withRegistration();
      await harness.passTime(LIFETIME_SECONDS - harness.marginSeconds);

      expect(await findOpen(harness, tenant.id, registration.id)).toEqual(registration);
      expect(await openIdsOf(harness, tenant.id)).toEqual([registration.id]);
    });

    it('has it open no longer at the second when its time is over', async () => {
      const { harness, tenant, registration } = await withRegistration();
      await harness.passTime(LIFETIME_SECONDS);

      expect(await findOpen(harness, tenant.id, registration.id)).toBeNull();
      expect(await openIdsOf(harness, tenant.id)).toEqual([]);
    });

    // Written for nobody, so that a known address costs what an unknown one does (rule 11).
    it('never has a registration for no time at all open, and does not extend it', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const registration = newRegistration(harness);
      await harness.unitOfWork.run(tenant.id, ({ registrations }) => registrations.insert(registration, 0));

      await harness.unitOfWork.run(tenant.id, ({ registrations }) =>
        registrations.extend(registration.id, 1000),
      );

      expect(await findOpen(harness, tenant.id, registration.id)).toBeNull();
      expect(await openIdsOf(harness, tenant.id)).toEqual([]);
    });

    describe('extend', () => {
      const extend = (harness: StoreHarness, tenantId: TenantId, id: string, seconds: number) =>
        harness.unitOfWork.run(tenantId, ({ registrations }) => registrations.extend(id, seconds));

      it('counts from now', async () => {
        const { harness, tenant, registration } = await withRegistration();
        await harness.passTime(50);
        await extend(harness, tenant.id, registration.id, LIFETIME_SECONDS);

        await harness.passTime(LIFETIME_SECONDS - harness.marginSeconds);
        const before = await findOpen(harness, tenant.id, registration.id);
        await harness.passTime(harness.marginSeconds);

        expect(before).toEqual(registration);
        expect(await findOpen(harness, tenant.id, registration.id)).toBeNull();
      });

      it('never shortens', async () => {
        const { harness, tenant, registration } = await withRegistration();
        await extend(harness, tenant.id, registration.id, 20);

        await harness.passTime(50);

        expect(await findOpen(harness, tenant.id, registration.id)).toEqual(registration);
      });

      it('does nothing to what is not there', async () => {
        const { harness, tenant, registration } = await withRegistration();

        await extend(harness, tenant.id, harness.crypto.newId(), 1000);

        await harness.passTime(LIFETIME_SECONDS);
        expect(await findOpen(harness, tenant.id, registration.id)).toBeNull();
      });

      it('opens neither a closed one again nor one that has expired', async () => {
        const { harness, tenant, registration: closed } = await withRegistration();
        const expired = newRegistration(harness, { email: email('grace@example.com') });
        await insert(harness, tenant.id, expired);
        await closeAllOf(harness, tenant.id);
        await harness.passTime(LIFETIME_SECONDS);

        for (const { id } of [closed, expired]) await extend(harness, tenant.id, id, 1000);

        expect(await findOpen(harness, tenant.id, closed.id)).toBeNull();
        expect(await findOpen(harness, tenant.id, expired.id)).toBeNull();
      });
    });

    it('closes every registration of an address and no other', async () => {
      const { harness, tenant, registration } = await withRegistration();
      const sibling = newRegistration(harness);
      const other = newRegistration(harness, { email: email('grace@example.com') });
      for (const each of [sibling, other]) await insert(harness, tenant.id, each);

      await closeAllOf(harness, tenant.id);

      expect(await findOpen(harness, tenant.id, registration.id)).toBeNull();
      expect(await openIdsOf(harness, tenant.id)).toEqual([]);
      expect(await findOpen(harness, tenant.id, other.id)).toEqual(other);
    });

    it('shows nothing to another tenant, and lets it change nothing', async () => {
      const { harness, tenant, registration } = await withRegistration();
      const stranger = await harness.makeTenant();

      expect(await findOpen(harness, stranger.id, registration.id)).toBeNull();
      expect(await openIdsOf(harness, stranger.id)).toEqual([]);
      await closeAllOf(harness, stranger.id);
      await harness.unitOfWork.run(stranger.id, ({ registrations }) =>
        registrations.extend(registration.id, 1000),
      );

      expect(await findOpen(harness, tenant.id, registration.id)).toEqual(registration);
      await harness.passTime(LIFETIME_SECONDS);
      expect(await findOpen(harness, tenant.id, registration.id)).toBeNull();
    });
  });
}

function insert({ unitOfWork }: StoreHarness, tenantId: TenantId, registration: OpenRegistration) {
  return unitOfWork.run(tenantId, ({ registrations }) =>
    registrations.insert(registration, LIFETIME_SECONDS),
  );
}

function findOpen({ unitOfWork }: StoreHarness, tenantId: TenantId, id: string) {
  return unitOfWork.run(tenantId, ({ registrations }) => registrations.findOpen(id));
}

async function openIdsOf({ unitOfWork }: StoreHarness, tenantId: TenantId): Promise<readonly string[]> {
  const ada = email('ada@example.com');
  const open = await unitOfWork.run(tenantId, ({ registrations }) => registrations.listOpen(ada));
  return open.map(({ id }) => id);
}

function closeAllOf({ unitOfWork }: StoreHarness, tenantId: TenantId) {
  return unitOfWork.run(tenantId, ({ registrations }) => registrations.closeAllOf(email('ada@example.com')));
}
