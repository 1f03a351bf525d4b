import { expect, it } from 'vitest';
import { PASSWORD, startService } from '../support/service.ts';

// Every insert into a tenant's tables locks the tenant's row for its foreign key.
it('keeps nobody from signing up while the owners of the tenant are being changed', async () => {
  const { app, post } = await startService();
  const tenant = await app.services.resolveTenant.byName('default');

  const status = await app.services.unitOfWork.run(tenant.id, async ({ tenants }) => {
    await tenants.lockOwnership();
    const answer = await post('/auth/register', { email: 'ada@example.test', password: PASSWORD });
    return answer.statusCode;
  });

  expect(status).toBe(201);
});

it('lets one change of owners wait for the other', async () => {
  const { app } = await startService();
  const tenant = await app.services.resolveTenant.byName('default');
  const order: string[] = [];
  let second: Promise<void> = Promise.resolve();

  await app.services.unitOfWork.run(tenant.id, async ({ tenants, users }) => {
    await tenants.lockOwnership();
    second = app.services.unitOfWork.run(tenant.id, async (repos) => {
      await repos.tenants.lockOwnership();
      order.push('second');
    });
    await users.hasUserWithRole('owner');
    order.push('first');
  });
  await second;

  expect(order).toEqual(['first', 'second']);
});
