import { expect, it } from 'vitest';
import { startService } from '../support/service.ts';

it('is told once of many names that one address tries at once', async () => {
  const { post, database } = await startService();
  const guess = (name: number) =>
    post('/auth/login', { email: `name-${name}@example.test`, password: 'Wrong-Password-1' });

  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 16 }, (_, index) => guess(round * 16 + index)));
  }

  const { rows } = await database
    .pool(null, 1)
    .query(`SELECT data FROM gatehouse.audit_events WHERE type = 'credential_stuffing.detected'`);
  expect(rows).toEqual([{ data: { targets: 10 } }]);
});
