import { describe, expect, it } from 'vitest';
import { auditTypes } from '../../support/requests.ts';
import { addTenant, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

async function withPlatform(): Promise<ServiceFixture> {
  const fixture = await serviceFixture();
  return { ...fixture, tenant: await addTenant(fixture, 'platform') };
}

describe('createTenant', () => {
  it('makes an active tenant, and tells of it in the chain of the platform', async () => {
    const fixture = await withPlatform();

    const made = await fixture.createTenant('shop', ' The Shop ');

    expect(made).toMatchObject({ slug: 'shop', name: 'The Shop', status: 'active' });
    expect(await fixture.store.tenantDirectory.findById(made.id)).toEqual(made);
    expect(fixture.store.auditOf(made.id)).toEqual([]);
    expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([
      expect.objectContaining({
        type: 'tenant.created',
        actor: { type: 'operator', id: null },
        target: { type: 'tenant', id: made.id },
        data: { slug: 'shop', name: 'The Shop' },
      }),
    ]);
  });

  it('lets one of many have a slug, and tells of that one only', async () => {
    const fixture = await withPlatform();

    const attempts = await Promise.allSettled(
      Array.from({ length: 16 }, () => fixture.createTenant('shop', 'Shop')),
    );

    const refusals = attempts.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(15);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'tenant_slug_taken' } });
    expect(auditTypes(fixture)).toEqual(['tenant.created']);
  });

  it.each([
    ['a slug that is none', 'Shop!', 'Shop', '/slug'],
    ['a slug that is an id', '01900000-0000-7000-8000-000000000001', 'Shop', '/slug'],
    ['an empty name', 'shop', '  ', '/name'],
    ['a name of 201 characters', 'shop', 'x'.repeat(201), '/name'],
  ])('refuses %s', async (_what, slug, name, pointer) => {
    const fixture = await withPlatform();

    await expect(fixture.createTenant(slug, name)).rejects.toMatchObject({
      code: 'validation_failed',
      problems: [{ pointer, code: 'invalid' }],
    });
    expect(auditTypes(fixture)).toEqual([]);
  });

  it('takes a name of 200 characters', async () => {
    const { createTenant } = await withPlatform();

    expect((await createTenant('shop', 'x'.repeat(200))).name).toHaveLength(200);
  });

  it('makes none before the platform is there', async () => {
    const { createTenant } = await serviceFixture();

    await expect(createTenant('shop', 'Shop')).rejects.toMatchObject({ code: 'tenant_not_found' });
  });
});
