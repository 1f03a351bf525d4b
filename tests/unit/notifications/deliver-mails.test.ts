import { describe, expect, it } from 'vitest';
import {
  createMailDelivery,
  MailNotTaken,
  type MailQueue,
  type MailTransport,
  type NewMail,
  type OutgoingMail,
} from '../../../core/notifications/index.ts';
import { newMail } from '../../contracts/samples.ts';
import { deliverAll } from '../../support/deliver-all.ts';
import { email } from '../../support/parsed.ts';
import { ISSUER, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

const DAY_SECONDS = 86_400;

/** Deliveries over a transport of the test's, and what was noted of those that failed. */
async function delivery(send: MailTransport['send'], { queue }: { queue?: Partial<MailQueue> } = {}) {
  const fixture = await serviceFixture();
  const { store, clock, tenant } = fixture;
  const noted: [string, unknown][] = [];
  const mails = createMailDelivery({
    ...{ clock, publicUrl: ISSUER, random: () => 0.5 },
    queue: { ...store.mailQueue, ...queue },
    transport: { send },
    onFailure: (mailId, error) => noted.push([mailId, error]),
  });
  const add = (...changes: readonly Partial<NewMail>[]) =>
    store.unitOfWork.run(tenant.id, async ({ outbox }) => {
      for (const change of changes)
        await outbox.add(newMail({ lifetimeSeconds: 90 * DAY_SECONDS, ...change }));
    });
  return { fixture, mails, noted, add, deliver: () => deliverAll(mails) };
}

/** What has become of each mail, by recipient. */
async function statuses({ store }: ServiceFixture): Promise<Record<string, string>> {
  const mails = await store.mailJournal.list({ status: null, limit: 100 });
  return Object.fromEntries(
    mails.map(({ to, status, lastError }) => [to, `${status} ${lastError ?? ''}`.trim()]),
  );
}

const to = (name: string) => ({ to: email(`${name}@example.com`) });

/** A transport whose mails are each held until the test lets them go. */
function heldTransport() {
  const held = new Map<string, () => void>();
  return {
    held,
    send: (mail: OutgoingMail) => new Promise<void>((resolve) => void held.set(mail.to, resolve)),
    letGo: (name: string) => held.get(`${name}@example.com`)?.(),
  };
}

describe('the delivery of mails', () => {
  it('sends what is due, once, and says how many there were', async () => {
    const sent: OutgoingMail[] = [];
    const { fixture, add, deliver } = await delivery(async (mail) => void sent.push(mail));
    await add(to('ada'), to('grace'));

    const counts = [await deliver(), await deliver()];
    fixture.clock.advance(3600);

    expect([...counts, await deliver()]).toEqual([2, 0, 0]);
    expect(sent.map((mail) => [mail.to, mail.tenantName, mail.token])).toEqual([
      ['ada@example.com', 'The acme company', 'a secret'],
      ['grace@example.com', 'The acme company', 'a secret'],
    ]);
    expect(await statuses(fixture)).toEqual({ 'ada@example.com': 'sent', 'grace@example.com': 'sent' });
  });

  it('lets a mail that cannot be sent hold up no other, and sends it later', async () => {
    let isAway = true;
    const failure = new MailNotTaken('EENVELOPE 451', false);
    const { fixture, add, deliver, noted } = await delivery(async (mail) => {
      if (isAway && mail.to === 'ada@example.com') throw failure;
    });
    await add(to('ada'), to('grace'));

    await deliver();
    const atFirst = await statuses(fixture);
    isAway = false;
    fixture.clock.advance(3600);
    await deliver();

    expect(atFirst).toEqual({
      'ada@example.com': 'waiting EENVELOPE 451',
      'grace@example.com': 'sent',
    });
    expect(noted).toEqual([[expect.any(String), failure]]);
    expect(await statuses(fixture)).toEqual({ 'ada@example.com': 'sent', 'grace@example.com': 'sent' });
  });

  it('lets a slow recipient hold up no other', async () => {
    const transport = heldTransport();
    const { fixture, add, mails } = await delivery(transport.send);
    await add(to('slow'), to('a'), to('b'), to('c'), to('d'), to('e'));

    const places = await mails.begin();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      transport.letGo(name);
      await mails.oneSettled();
      await mails.begin();
    }
    const meanwhile = await statuses(fixture);
    transport.letGo('slow');
    await mails.allSettled();

    expect(places).toBe(4);
    expect(Object.values(meanwhile).toSorted()).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'waiting']);
    expect(await statuses(fixture)).toMatchObject({ 'slow@example.com': 'sent' });
  });

  it('has no more under way than there are places, however often it is asked', async () => {
    const transport = heldTransport();
    const { add, mails } = await delivery(transport.send);
    await add(...Array.from({ length: 20 }, (_, index) => to(`person-${index}`)));

    const begun = await Promise.all([mails.begin(), mails.begin(), mails.begin()]);

    expect([begun.reduce((sum, count) => sum + count, 0), mails.countUnderWay()]).toEqual([4, 4]);
    expect(transport.held.size).toBe(4);
  });

  it('has its places free again when a claim fails', async () => {
    let isAway = true;
    const { fixture, add, mails } = await delivery(async () => undefined, {
      queue: {
        claim: (limit) => (isAway ? Promise.reject(new Error('away')) : fixture.store.mailQueue.claim(limit)),
      },
    });
    await add(to('ada'));

    await expect(mails.begin()).rejects.toThrow('away');
    isAway = false;

    expect(await mails.begin()).toBe(1);
  });

  it('gives up a mail that was refused for good, at once', async () => {
    const { fixture, add, deliver } = await delivery(async () => {
      throw new MailNotTaken('EENVELOPE 550 5.1.1', true);
    });
    await add(to('ada'));

    await deliver();

    expect(await statuses(fixture)).toEqual({ 'ada@example.com': 'dead EENVELOPE 550 5.1.1' });
  });

  it('gives up a mail in the end that fails each time, after a day', async () => {
    const { fixture, add, deliver } = await delivery(async () => {
      throw new MailNotTaken('ECONNECTION', false);
    });
    await add({ ...to('ada'), lifetimeSeconds: 90 * DAY_SECONDS });

    let [attempts, minutes] = [0, 0];
    const isDead = async () => (await statuses(fixture))['ada@example.com'] === 'dead ECONNECTION';
    for (; minutes < 48 * 60 && !(await isDead()); minutes += 1) {
      attempts += await deliver();
      fixture.clock.advance(60);
    }

    const hours = minutes / 60;
    expect(hours).toBeGreaterThanOrEqual(24);
    expect(hours).toBeLessThan(27);
    expect(attempts).toBeGreaterThan(20);
    expect(attempts).toBeLessThan(50);
  });

  it('notes of an error that nobody foresaw its kind, and never its message', async () => {
    const { fixture, add, deliver } = await delivery(async (mail) => {
      throw new TypeError(`could not send ${mail.token}`);
    });
    await add({ ...to('ada'), token: 'marker-secret' });

    await deliver();

    expect(await statuses(fixture)).toEqual({ 'ada@example.com': 'waiting TypeError' });
  });

  // What is in hand for too long may be somebody else's by now, or worth nothing any more.
  it.each([
    ['half of the claim', 90 * DAY_SECONDS, 29, 30],
    ['its life', 20, 19, 20],
  ])('sends no mail any more once %s is over', async (_, lifetimeSeconds, inTime, late) => {
    const sent: string[] = [];
    let delaySeconds = inTime;
    const { fixture, add, mails } = await delivery(async (mail) => void sent.push(mail.to), {
      queue: {
        async claim(limit) {
          const claimed = await fixture.store.mailQueue.claim(limit);
          fixture.clock.advance(delaySeconds);
          return claimed;
        },
      },
    });

    await add({ ...to('ada'), lifetimeSeconds });
    await mails.begin();
    await mails.allSettled();
    delaySeconds = late;
    await add({ ...to('grace'), lifetimeSeconds });
    await mails.begin();
    await mails.allSettled();

    expect(sent).toEqual(['ada@example.com']);
    expect(await statuses(fixture)).toMatchObject({ 'grace@example.com': 'waiting' });
  });

  it('goes on when what became of a mail cannot be noted: it is due again when the claim has run out', async () => {
    const sent: string[] = [];
    const away = new Error('away');
    let isAway = true;
    const { fixture, add, deliver, noted } = await delivery(async (mail) => void sent.push(mail.id), {
      queue: {
        finish: (mail) => (isAway ? Promise.reject(away) : fixture.store.mailQueue.finish(mail)),
      },
    });
    await add(to('ada'));

    await deliver();
    isAway = false;
    fixture.clock.advance(60);
    await deliver();

    expect(noted).toEqual([[sent[0], away]]);
    expect(sent).toEqual([sent[0], sent[0]]);
    expect(await statuses(fixture)).toEqual({ 'ada@example.com': 'sent' });
  });
});
