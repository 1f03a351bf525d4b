import { expect, it } from 'vitest';
import { ensureSigningKey } from '../../../core/tokens/index.ts';
import { auditTypes } from '../../support/requests.ts';
import { type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

const ensure = ({ store, tenant, keyFactory }: ServiceFixture) =>
  store.unitOfWork.run(tenant.id, async (repos) => {
    await repos.tenants.lockInstallation();
    return ensureSigningKey(repos, keyFactory, 'ES256');
  });

it('makes the first key, active, and tells of it without its private half', async () => {
  const fixture = await serviceFixture();

  const [key, ...more] = await ensure(fixture);

  expect(more).toEqual([]);
  expect(key).toMatchObject({ algorithm: 'ES256', state: 'active' });
  expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([
    expect.objectContaining({
      type: 'signing_key.created',
      actor: { type: 'system', id: null },
      data: { kid: key?.kid, algorithm: 'ES256' },
    }),
  ]);
});

it('makes one key, however many processes start at once', async () => {
  const fixture = await serviceFixture();

  const answers = await Promise.all(Array.from({ length: 16 }, () => ensure(fixture)));

  const kids = new Set(answers.flat().map(({ kid }) => kid));
  expect(kids.size).toBe(1);
  expect(auditTypes(fixture)).toEqual(['signing_key.created']);
});
