import { describe, expect, it } from 'vitest';
import type { SmtpTransportOptions } from '../../adapters/smtp/transport.ts';
import {
  createMailDelivery,
  type MailDelivery,
  type MailSummary,
  type NewMail,
} from '../../core/notifications/index.ts';
import { newMail } from '../contracts/samples.ts';
import { deliverAll } from '../support/deliver-all.ts';
import { email } from '../support/parsed.ts';
import { postgresHarness } from '../support/postgres-harness.ts';
import { HANG_UP, startSmtpLiar } from '../support/smtp-liar.ts';
import { refusal, startSmtpServer } from '../support/smtp-server.ts';
import { transportTo } from '../support/smtp-transport.ts';

const DAY_SECONDS = 86_400;
type Address = Readonly<{ host: string; port: number }>;

/** An outbox on Postgres, and the worker's part of it over SMTP. */
async function outbox() {
  const harness = await postgresHarness();
  const tenant = await harness.makeTenant();
  const add = (...changes: readonly Partial<NewMail>[]) =>
    harness.unitOfWork.run(tenant.id, async (repositories) => {
      for (const change of changes) {
        await repositories.outbox.add(newMail({ lifetimeSeconds: 7 * DAY_SECONDS, ...change }));
      }
    });
  const deliveryTo = (address: Address, options: Partial<SmtpTransportOptions> = {}): MailDelivery =>
    createMailDelivery({
      queue: harness.mailQueue,
      transport: transportTo(address, options),
      clock: { now: () => new Date() },
      publicUrl: 'http://localhost:8080',
      // The longest wait each time, so that nothing is due again before the test says so.
      random: () => 0.999,
      onFailure: () => undefined,
    });
  const all = () => harness.mailJournal.list({ status: null, limit: 100 });
  return { harness, add, deliveryTo, all };
}

function told({ to, status, attempts, lastError }: MailSummary): string {
  return [to, status, attempts, lastError ?? ''].join(' ').trim();
}

describe('a mail of the outbox', () => {
  it('is sent, noted as sent, and has no secret left', async () => {
    const server = await startSmtpServer();
    const { harness, add, deliveryTo, all } = await outbox();
    await add({ token: 'marker-secret' });

    const taken = await deliverAll(deliveryTo(server));

    expect(taken).toBe(1);
    expect(server.received[0]?.message.text).toContain('/verify-email#token=marker-secret');
    const [mail] = await all();
    expect(mail).toMatchObject({ status: 'sent', attempts: 1, lastError: null });
    expect(server.received[0]?.message.messageId).toBe(`<${mail?.id}@auth.example>`);
    expect(await harness.mailQueue.claim(10)).toEqual([]);
  });

  it.each([
    ['refuses the recipient', { onRecipient: 550 }, 'dead 1 EENVELOPE 550'],
    ['defers the recipient', { onRecipient: 450 }, 'waiting 1 EENVELOPE 450'],
    ['refuses the message', { onMessage: 554 }, 'dead 1 EMESSAGE 554'],
    ['defers the message', { onMessage: 451 }, 'waiting 1 EMESSAGE 451'],
    ['refuses the sender', { onMailFrom: 550 }, 'waiting 1 EENVELOPE 550'],
  ])('is in the right state when the server %s', async (_, refusals, state) => {
    const steps = Object.entries(refusals).map(([step, code]) => [step, () => Promise.reject(refusal(code))]);
    const server = await startSmtpServer(Object.fromEntries(steps));
    const { add, deliveryTo, all } = await outbox();
    await add({});

    await deliverAll(deliveryTo(server));

    expect((await all()).map(told)).toEqual([`ada@example.com ${state}`]);
  });

  it.each([
    ['is gone', null],
    ['hangs up in the middle of the message', { DATA: HANG_UP }],
    ['hangs up instead of answering it', { message: HANG_UP }],
    ['talks nonsense', { RCPT: 'lorem ipsum' }],
  ])('waits when the server %s, and is sent when another one takes it', async (_, script) => {
    const { host, port } = await startSmtpServer();
    const broken = script ? await startSmtpLiar(script) : { host, port: 1 };
    const { harness, add, deliveryTo, all } = await outbox();
    await add({});

    await deliverAll(deliveryTo(broken));
    const [waiting] = await all();
    await harness.passTime(10);
    await deliverAll(deliveryTo({ host, port }));

    expect(waiting).toMatchObject({ status: 'waiting', attempts: 1 });
    expect((await all()).map(told)).toEqual(['ada@example.com sent 2']);
  });

  it('comes twice under one id where the server took it and did not say so', async () => {
    const server = await startSmtpServer({
      onMessage: () => (server.received.length === 1 ? Promise.reject(refusal(451)) : Promise.resolve()),
    });
    const { harness, add, deliveryTo } = await outbox();
    const delivery = deliveryTo(server);
    await add({});

    await deliverAll(delivery);
    await harness.passTime(10);
    await deliverAll(delivery);

    expect(server.received).toHaveLength(2);
    const [first, second] = server.received.map(({ message }) => message.messageId);
    expect(second).toBe(first);
  });

  it('holds up nobody while its own server is slow', async () => {
    let letGo: () => void = () => undefined;
    const isLetGo = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const server = await startSmtpServer({
      onRecipient: (address) => (address === 'slow@example.com' ? isLetGo : Promise.resolve()),
    });
    const { add, deliveryTo, all } = await outbox();
    const people = Array.from({ length: 30 }, (_, index) => ({ to: email(`person-${index}@example.com`) }));
    await add({ to: email('slow@example.com') }, ...people);
    const delivery = deliveryTo(server);

    while ((await delivery.begin()) > 0 || delivery.countUnderWay() > 1) await delivery.oneSettled();
    const meanwhile = await all();
    letGo();
    await delivery.allSettled();

    const waiting = meanwhile.filter(({ status }) => status !== 'sent').map(({ to }) => to);
    expect(waiting).toEqual(['slow@example.com']);
    expect((await all()).every(({ status }) => status === 'sent')).toBe(true);
  });

  it('arrives after those that were queued before it for the same person, from several workers at once', async () => {
    const server = await startSmtpServer();
    const { add, deliveryTo } = await outbox();
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    for (const number of numbers) {
      await add(
        ...['ada', 'grace', 'edsger'].map((name) => ({
          to: email(`${name}@example.com`),
          token: `${name}-${number}`,
        })),
      );
    }

    await Promise.all([1, 2, 3, 4].map(() => deliverAll(deliveryTo(server))));
    await deliverAll(deliveryTo(server));

    for (const name of ['ada', 'grace', 'edsger']) {
      const mine = server.received.filter(({ to }) => to === `${name}@example.com`);
      const tokens = mine.map(({ message }) => /token=(\S+)/.exec(message.text ?? '')?.[1]);
      expect(tokens).toEqual(numbers.map((number) => `${name}-${number}`));
    }
  });

  it('is never sent once it has expired', async () => {
    const server = await startSmtpServer();
    const { harness, add, deliveryTo, all } = await outbox();
    await add({ lifetimeSeconds: 100 });
    await harness.passTime(100);

    await deliverAll(deliveryTo(server));

    expect(server.received).toEqual([]);
    expect((await all()).map(told)).toEqual(['ada@example.com expired 0']);
  });

  it('is one of twenty an hour at most, whoever asks for them', async () => {
    const server = await startSmtpServer();
    const { add, deliveryTo, all } = await outbox();
    await add(...Array.from({ length: 25 }, () => ({})));

    await deliverAll(deliveryTo(server));

    expect(server.received).toHaveLength(20);
    const suppressed = (await all()).filter(({ status }) => status === 'suppressed');
    expect(suppressed).toHaveLength(5);
  });
});
