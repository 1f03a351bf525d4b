import { describe, expect, it } from 'vitest';
import { createDevMailbox } from '../../adapters/postgres/dev-mailbox.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { mailTransportContract, outgoingMail } from '../contracts/mail-transport.contract.ts';
import { idAt } from '../contracts/samples.ts';
import { email } from '../support/parsed.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type ReceivedMail, refusal, startSmtpServer } from '../support/smtp-server.ts';
import { attempt, transportTo } from '../support/smtp-transport.ts';

const TENANT = idAt(99) as TenantId;
const GENEROUS_MS = 5_000;

describe('over SMTP', () => {
  mailTransportContract(async () => {
    const server = await startSmtpServer();
    return {
      transport: transportTo(server),
      tenantId: TENANT,
      delivered: async () => server.received.map(deliveredOf),
    };
  });

  it('is from the address of the service, in the name of the tenant', async () => {
    const server = await startSmtpServer();

    await transportTo(server).send(outgoingMail(TENANT));

    expect(server.received[0]).toMatchObject({
      from: 'no-reply@auth.example',
      message: { from: { name: 'Acme', address: 'no-reply@auth.example' } },
    });
  });

  it('is in the name of the sender where one is given', async () => {
    const server = await startSmtpServer();
    const transport = transportTo(server, { from: 'Sign-in, by Example <no-reply@auth.example>' });

    await transport.send(outgoingMail(TENANT));

    expect(server.received[0]).toMatchObject({
      from: 'no-reply@auth.example',
      message: { from: { name: 'Sign-in, by Example', address: 'no-reply@auth.example' } },
    });
  });

  // Rule 23.
  it.each([
    'ada@example.com',
    "o'hara+a/b=c{d}|e~f`g^h%i$j!k#l*m?n_o-p.q@sub.example.com",
    'ada@bücher.example',
    'ада@почта.example',
    '用户@例子.example',
    'ünï.cödé@bücher.example',
    `${'a'.repeat(64)}@example.com`,
  ])('goes to %s and nobody else', async (address) => {
    const server = await startSmtpServer();

    await transportTo(server).send(outgoingMail(TENANT, { to: email(address) }));

    expect(server.received.map(({ to }) => to)).toEqual([address]);
  });

  it('is never sent to an address that the server cannot be told', async () => {
    const server = await startSmtpServer({ hidesSmtpUtf8: true });
    const transport = transportTo(server);

    const outcomes = [
      await attempt(transport, outgoingMail(TENANT, { to: email('ада@почта.example') })),
      // A domain has a form in ASCII, which every server takes.
      await attempt(transport, outgoingMail(TENANT, { to: email('ada@bücher.example') })),
    ];

    expect(outcomes).toEqual(['final: recipient_needs_SMTPUTF8', 'taken']);
    expect(server.received.map(({ to }) => to)).toEqual(['ada@bücher.example']);
  });

  it('waits for another server where it is the sender that this one cannot be told', async () => {
    const server = await startSmtpServer({ hidesSmtpUtf8: true });
    const transport = transportTo(server, { from: 'пошта@auth.example' });

    expect(await attempt(transport, outgoingMail(TENANT))).toBe('for now: sender_needs_SMTPUTF8');
  });

  it('takes one connection for mails that follow each other, and as many as there are at once', async () => {
    const server = await startSmtpServer();
    const transport = transportTo(server);
    const mails = [1, 2, 3].map((number) => outgoingMail(TENANT, { id: idAt(number) }));

    for (const mail of mails) await transport.send(mail);
    const forOneAfterTheOther = server.countConnections();
    await Promise.all(mails.map((mail) => transport.send(mail)));

    expect([forOneAfterTheOther, server.countConnections()]).toEqual([1, 3]);
  });

  it('opens a new connection when the server has closed the one it had', async () => {
    const server = await startSmtpServer();
    const transport = transportTo(server);
    await transport.send(outgoingMail(TENANT));
    await server.dropConnections();

    await transport.send(outgoingMail(TENANT));

    expect(server.received).toHaveLength(2);
    expect(server.countConnections()).toBe(2);
  });

  it('keeps no connection over which a mail was refused', async () => {
    const server = await startSmtpServer({ onRecipient: () => Promise.reject(refusal(550)) });
    const transport = transportTo(server);
    const began = performance.now();

    await attempt(transport, outgoingMail(TENANT));
    await server.untilNobodyIsConnected();

    expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
  });

  it('lets go of every connection when it is closed, and takes no more mail', async () => {
    const server = await startSmtpServer();
    const transport = transportTo(server);
    await transport.send(outgoingMail(TENANT));

    const began = performance.now();
    transport.close();
    await server.untilNobodyIsConnected();

    expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
    expect(await attempt(transport, outgoingMail(TENANT))).toBe('for now: closed');
  });

  it('cuts off what is under way when it is closed', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await startSmtpServer({
      onRecipient() {
        begin();
        return new Promise(() => undefined);
      },
    });
    const transport = transportTo(server);
    const outcome = attempt(transport, outgoingMail(TENANT));
    await begun;

    transport.close();

    expect(await outcome).toBe('for now: ECONNECTION');
    await server.untilNobodyIsConnected();
  });
});

describe('into the development mailbox', () => {
  mailTransportContract(async () => {
    const database = await createTestDatabase();
    const mailbox = createDevMailbox(database.pool('gatehouse_system'));
    await database
      .pool(null, 1)
      .query("INSERT INTO gatehouse.tenants (id, slug, name) VALUES ($1, 'acme', 'Acme')", [TENANT]);
    return {
      transport: mailbox,
      tenantId: TENANT,
      delivered: async () => {
        const mails = await mailbox.list({ to: null, limit: 100 });
        return mails.map(({ id, to, subject, text, html }) => ({ id, to, subject, text, html }));
      },
    };
  });
});

function deliveredOf({ to, message }: ReceivedMail) {
  const { messageId = '', subject = '', text = '', html = '' } = message;
  const id = /^<(.*)@auth\.example>$/.exec(messageId)?.[1] ?? messageId;
  return { id, to, subject, text: unix(text), html: unix(html) };
}

/** A part whose own last line has ended ends with that line, whatever the boundary after it adds. */
function unix(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n+$/, '\n');
}
