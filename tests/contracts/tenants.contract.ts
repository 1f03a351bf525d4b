import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { NewTenant } from '../../core/tenants/index.ts';
import { tenantSlug } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { CALLERS, newMail, newUser, race } from './samples.ts';

/** What every store of tenants does. */
export function tenantsContract(makeHarness: MakeHarness): void {
  describe('TenantRepository', () => {
    it('makes an active tenant that has set nothing itself', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();
      const wanted = newTenant(harness, 'acme');

      const made = await harness.unitOfWork.run(home.id, ({ tenants }) => tenants.insert(wanted));

      expect(made).toEqual({ ...wanted, status: 'active', settings: {}, createdAt: expect.any(Date) });
      expect(await harness.tenantDirectory.findById(wanted.id)).toEqual(made);
    });

    it('makes none when the slug is taken, and leaves the work usable', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant('acme');
      const [loser, other] = [newTenant(harness, 'acme'), newTenant(harness, 'other')];

      const made = await harness.unitOfWork.run(home.id, async ({ tenants }) => [
        await tenants.insert(loser),
        await tenants.insert(other),
      ]);

      expect(made).toEqual([null, expect.objectContaining(other)]);
      expect(await harness.tenantDirectory.findById(loser.id)).toBeNull();
      expect((await harness.tenantDirectory.findBySlug(tenantSlug('acme')))?.id).toBe(home.id);
    });

    it('lets one of many concurrent callers have a slug', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();

      const made = await race(() =>
        harness.unitOfWork.run(home.id, ({ tenants }) => tenants.insert(newTenant(harness, 'acme'))),
      );

      const [winner, ...more] = made.filter((tenant) => tenant !== null);
      expect(more).toEqual([]);
      expect(await harness.tenantDirectory.findBySlug(tenantSlug('acme'))).toEqual(winner);
    });

    it('puts settings in the place of all that were there, in its own tenant alone', async () => {
      const harness = await makeHarness();
      const [home, other] = [await harness.makeTenant(), await harness.makeTenant()];
      for (const { id } of [home, other]) await harness.setTenantSettings(id, { signup: 'closed' });
      const settings = {
        session_max_devices: 3,
        lockout: { max_attempts: 2 },
        cors_origins: ['https://a.example'],
      };

      const changed = await harness.unitOfWork.run(home.id, ({ tenants }) =>
        tenants.replaceSettings(settings),
      );

      expect(changed).toEqual({ ...home, settings });
      expect(await harness.tenantDirectory.findById(home.id)).toEqual(changed);
      expect((await harness.tenantDirectory.findById(other.id))?.settings).toEqual({ signup: 'closed' });
      expect(await harness.tenantDirectory.isOriginAllowed('https://a.example')).toBe(true);
    });

    it('lets mails that wait go by the name that a tenant is shown under', async () => {
      const harness = await makeHarness();
      const [home, other] = [await harness.makeTenant('acme'), await harness.makeTenant('other')];
      for (const { id } of [home, other]) {
        await harness.unitOfWork.run(id, ({ outbox }) => outbox.add(newMail()));
      }
      await harness.unitOfWork.run(home.id, ({ tenants }) =>
        tenants.replaceSettings({ branding: { name: 'ACME' } }),
      );
      await harness.setTenantSettings(other.id, { branding: { color: '#123456' } });

      const claimed = await harness.mailQueue.claim(2);

      const names = new Map(claimed.map(({ tenantId, tenantName }) => [tenantId, tenantName]));
      expect([names.get(home.id), names.get(other.id)]).toEqual(['ACME', other.name]);
    });

    it('takes settings back with the work that set them', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();

      const work = harness.unitOfWork.run(home.id, async ({ tenants }) => {
        await tenants.replaceSettings({ signup: 'closed' });
        throw new Error('a change of mind');
      });

      await expect(work).rejects.toThrow('a change of mind');
      expect(await harness.tenantDirectory.findById(home.id)).toEqual(home);
    });

    it('sets nothing where there is no tenant', async () => {
      const harness = await makeHarness();
      const nowhere = harness.crypto.newId() as TenantId;

      const work = harness.unitOfWork.run(nowhere, ({ tenants }) => tenants.replaceSettings({}));

      await expect(work).rejects.toThrow();
    });

    it('locks its own tenant as it is then, a suspended one too, and no other', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();
      await harness.setTenantStatus(home.id, 'suspended');
      const nowhere = harness.crypto.newId() as TenantId;

      const locked = await harness.unitOfWork.run(home.id, ({ tenants }) => tenants.lock());
      const nobody = await harness.unitOfWork.run(nowhere, ({ tenants }) => tenants.lock());

      expect(locked).toEqual({ ...home, status: 'suspended' });
      expect(nobody).toBeNull();
    });

    it('lets whoever locked a tenant change its settings on what the one before it left', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();

      await race(() =>
        harness.unitOfWork.run(home.id, async ({ tenants }) => {
          const devices = (await tenants.lock())?.settings.session_max_devices ?? 0;
          await tenants.replaceSettings({ session_max_devices: devices + 1 });
        }),
      );

      const settings = (await harness.tenantDirectory.findById(home.id))?.settings;
      expect(settings).toEqual({ session_max_devices: CALLERS });
    });

    it('lets changes to who owns a tenant come one after the other', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();

      const outcomes = await race(() =>
        harness.unitOfWork.run(home.id, async ({ tenants, users }) => {
          await tenants.lockOwnership();
          if (await users.hasUserWithRole('owner')) return 'has an owner';
          const { kind } = await users.insert(newUser(harness, { roles: ['owner'] }));
          return kind;
        }),
      );

      expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1);
    });

    it('tells whether any tenant allows an origin, to the letter', async () => {
      const harness = await makeHarness();
      const [home, other] = [await harness.makeTenant(), await harness.makeTenant()];
      await harness.setTenantSettings(home.id, { cors_origins: ['https://a.example', 'https://b.example'] });
      await harness.setTenantSettings(other.id, { signup: 'closed' });
      const isAllowed = (origin: string) => harness.tenantDirectory.isOriginAllowed(origin);

      expect(await isAllowed('https://b.example')).toBe(true);
      expect(await isAllowed('https://b.example.org')).toBe(false);
      expect(await isAllowed('cors_origins')).toBe(false);
    });

    it('lets whatever makes an account for one address come one after the other', async () => {
      const harness = await makeHarness();
      const home = await harness.makeTenant();
      const wanted = newUser(harness, {});

      const outcomes = await race(() =>
        harness.unitOfWork.run(home.id, async ({ users }) => {
          await users.lockAddress(wanted.email);
          return (await users.findByEmail(wanted.email)) ? 'known' : (await users.insert(wanted)).kind;
        }),
      );

      // Without the lock the losers would find nobody, and be told by the insert.
      expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'email_taken')).toEqual([]);
    });

    it('lets first-start work come one after the other, in whichever tenants it runs', async () => {
      const harness = await makeHarness();
      const homes = [await harness.makeTenant(), await harness.makeTenant()];

      const outcomes = await race((index) =>
        harness.unitOfWork.run(
          (homes[index % 2] ?? homes[0])?.id as TenantId,
          async ({ tenants, signingKeys }) => {
            await tenants.lockInstallation();
            if ((await signingKeys.list()).length > 0) return false;
            await signingKeys.insert({
              kid: harness.crypto.newId(),
              algorithm: 'ES256',
              state: 'active',
              publicJwk: { kid: 'k', kty: 'EC', alg: 'ES256', use: 'sig' },
              sealedPrivateKey: Uint8Array.of(1),
            });
            return true;
          },
        ),
      );

      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('TenantDirectory', () => {
    it('finds a tenant by id and by slug, a suspended one too', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant('acme');
      await harness.setTenantStatus(tenant.id, 'suspended');

      const found = [
        await harness.tenantDirectory.findById(tenant.id),
        await harness.tenantDirectory.findBySlug(tenantSlug('acme')),
      ];

      expect(found).toEqual([
        { ...tenant, status: 'suspended' },
        { ...tenant, status: 'suspended' },
      ]);
    });

    it('finds nothing by what is no tenant', async () => {
      const harness = await makeHarness();
      await harness.makeTenant('acme');

      expect(await harness.tenantDirectory.findById(harness.crypto.newId() as TenantId)).toBeNull();
      expect(await harness.tenantDirectory.findBySlug(tenantSlug('acme2'))).toBeNull();
    });

    it('lists all tenants by slug', async () => {
      const harness = await makeHarness();
      for (const slug of ['bravo', 'charlie', 'alpha']) await harness.makeTenant(slug);

      const slugs = (await harness.tenantDirectory.list()).map(({ slug }) => slug as string);

      expect(slugs.filter((slug) => ['alpha', 'bravo', 'charlie'].includes(slug))).toEqual([
        'alpha',
        'bravo',
        'charlie',
      ]);
    });
  });
}

function newTenant({ crypto }: StoreHarness, slug: string): NewTenant {
  return { id: crypto.newId() as TenantId, slug: tenantSlug(slug), name: `The ${slug} company` };
}
