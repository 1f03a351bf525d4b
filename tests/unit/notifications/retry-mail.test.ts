import { describe, expect, it } from 'vitest';
import {
  createRetryMail,
  MailNotFound,
  MailNotRetriable,
  type MailTemplate,
  type NewMail,
} from '../../../core/notifications/index.ts';
import { idAt, newMail } from '../../contracts/samples.ts';
import { type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

/** One mail in the outbox, and what retries it. */
async function withMail(change: Partial<NewMail> = {}) {
  const fixture = await serviceFixture();
  const { store, tenant } = fixture;
  await store.unitOfWork.run(tenant.id, ({ outbox }) => outbox.add(newMail(change)));
  const [mail] = await store.mailJournal.list({ status: null, limit: 1 });
  const id = mail?.id ?? '';
  return { fixture, id, retry: () => createRetryMail({ journal: store.mailJournal })(id) };
}

async function claim({ store }: ServiceFixture) {
  const [mail] = await store.mailQueue.claim(1);
  if (!mail) throw new Error('A test wanted a mail that is due');
  return mail;
}

describe('retrying a mail', () => {
  it('makes one that waits for later due at once', async () => {
    const { fixture, retry } = await withMail();
    await fixture.store.mailQueue.putBack(await claim(fixture), 'ECONNECTION', 3600);

    await retry();

    expect(await claim(fixture)).toMatchObject({ token: 'a secret', attempts: 1 });
  });

  it('lets one that was given up begin anew where it carried no secret', async () => {
    const { fixture, id, retry } = await withMail({ template: 'already_registered', token: null });
    await fixture.store.mailQueue.bury(await claim(fixture), 'EENVELOPE 550');

    await retry();

    expect(await claim(fixture)).toMatchObject({ id, attempts: 0 });
  });

  it.each([
    'verify_email',
    'invitation',
  ] satisfies MailTemplate[])('refuses to send %s without the secret that was erased', async (template) => {
    const { fixture, retry } = await withMail({ template });
    await fixture.store.mailQueue.bury(await claim(fixture), 'EENVELOPE 550');

    await expect(retry()).rejects.toThrow(MailNotRetriable);
    await expect(retry()).rejects.toThrow(/erased/);
  });

  it('refuses what was sent', async () => {
    const { fixture, retry } = await withMail();
    await fixture.store.mailQueue.finish(await claim(fixture));

    await expect(retry()).rejects.toThrow('The mail was sent');
  });

  it.each([
    ['and was buried', true],
    ['though nobody has buried it yet', false],
  ])('refuses what has expired %s', async (_, isBuried) => {
    const { fixture, retry } = await withMail({ lifetimeSeconds: 10 });
    fixture.clock.advance(10);
    if (isBuried) await fixture.store.mailQueue.claim(1);

    await expect(retry()).rejects.toThrow(/expired/);
  });

  it('refuses what was suppressed', async () => {
    const { fixture } = await withMail();
    const { store, tenant } = fixture;
    await store.unitOfWork.run(tenant.id, async ({ outbox }) => {
      for (let count = 0; count < 20; count += 1) await outbox.add(newMail());
    });
    await store.mailQueue.claim(1);
    const [suppressed] = await store.mailJournal.list({ status: 'suppressed', limit: 1 });

    const retry = createRetryMail({ journal: store.mailJournal })(suppressed?.id ?? '');

    await expect(retry).rejects.toThrow(/suppressed/);
  });

  it('refuses what changes in that very moment', async () => {
    const { fixture, id } = await withMail();
    const { mailJournal: journal, mailQueue } = fixture.store;
    const retry = createRetryMail({
      journal: {
        ...journal,
        async makeDue(mailId, from) {
          await mailQueue.finish(await claim(fixture));
          return journal.makeDue(mailId, from);
        },
      },
    });

    await expect(retry(id)).rejects.toThrow(MailNotRetriable);
  });

  it('knows no mail of another id', async () => {
    const { fixture } = await withMail();

    const retry = createRetryMail({ journal: fixture.store.mailJournal })(idAt(1));

    await expect(retry).rejects.toThrow(MailNotFound);
  });
});
