import { expect, it } from 'vitest';
import { email } from '../support/parsed.ts';
import { postgresHarness } from '../support/postgres-harness.ts';

/** Many more than one statement looks at, and so few that a planner without statistics takes the table for a small one. */
const WAITING = 400;

// What claims has three seconds, and a planner that knows nothing of the table yet: no step may look at pairs of mails.
it('claims from a long queue of which Postgres has no statistics', async () => {
  const { unitOfWork, mailQueue, makeTenant } = await postgresHarness();
  const { id } = await makeTenant();
  await unitOfWork.run(id, async ({ outbox }) => {
    for (let number = 0; number < WAITING; number += 1) {
      const to = email(`${number}@example.com`);
      await outbox.add({ template: 'verify_email', to, facts: {}, token: null, lifetimeSeconds: 3600 });
    }
  });

  const claimed = await mailQueue.claim(20);

  expect(claimed.map(({ to }) => to)).toEqual(
    Array.from({ length: 20 }, (_, number) => `${number}@example.com`),
  );
});
