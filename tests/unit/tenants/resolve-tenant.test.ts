import { describe, expect, it } from 'vitest';
import { isNamed } from '../../../core/tenants/index.ts';
import { addTenant, serviceFixture } from '../../support/service-fixture.ts';

describe('byName', () => {
  it('finds the default tenant where none is named', async () => {
    const { resolveTenant, tenant } = await serviceFixture();

    expect(await resolveTenant.byName(null)).toEqual(tenant);
  });

  it('finds a tenant by slug and by id, in whichever letters the id is written', async () => {
    const fixture = await serviceFixture();
    const other = await addTenant(fixture, 'other');

    for (const named of ['other', other.id, other.id.toUpperCase()]) {
      expect((await fixture.resolveTenant.byName(named)).id).toBe(other.id);
    }
  });

  it.each([
    '',
    'nobody',
    'ACME',
    ' acme',
    '01900000-0000-7000-8000-000000000001',
    "acme' or 1=1",
  ])('finds none by %j', async (named) => {
    const { resolveTenant } = await serviceFixture();

    await expect(resolveTenant.byName(named)).rejects.toMatchObject({ code: 'tenant_not_found' });
  });

  it('refuses a suspended one, the default one too', async () => {
    const { resolveTenant, store, tenant } = await serviceFixture();
    await store.tamper.setTenantStatus(tenant.id, 'suspended');

    for (const named of [null, 'acme', tenant.id]) {
      await expect(resolveTenant.byName(named)).rejects.toMatchObject({ code: 'tenant_suspended' });
    }
  });
});

it.each([null, 'acme'])('takes %j for a tenant called acme', async (named) => {
  const { tenant } = await serviceFixture();
  expect(isNamed(tenant, named)).toBe(true);
  expect(isNamed(tenant, tenant.id.toUpperCase())).toBe(true);
});

it.each(['other', 'nobody', '', 'ACME'])('does not take %j for it', async (named) => {
  const { tenant } = await serviceFixture();
  expect(isNamed(tenant, named)).toBe(false);
});
