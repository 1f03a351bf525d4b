import { inspect } from 'node:util';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { outgoingMail } from '../contracts/mail-transport.contract.ts';
import { idAt } from '../contracts/samples.ts';
import { HANG_UP, startSmtpLiar } from '../support/smtp-liar.ts';
import { refusal, type SmtpBehaviour, startSmtpServer } from '../support/smtp-server.ts';
import { attempt, transportTo } from '../support/smtp-transport.ts';

const MAIL = outgoingMail(idAt(99) as TenantId);

/** A server that gives the first mail this answer at one step, and takes every other. */
function refusingOnce(step: keyof SmtpBehaviour, answer: string): SmtpBehaviour {
  const error = refusal(Number(answer.slice(0, 3)), answer.slice(4));
  let isFirst = true;
  const once = async () => {
    if (isFirst) {
      isFirst = false;
      throw error;
    }
  };
  return { [step]: once };
}

describe('a mail is refused for good', () => {
  it.each([
    ['its recipient', 'onRecipient', '550 5.1.1 no such mailbox', 'final: EENVELOPE 550 5.1.1'],
    ['its recipient', 'onRecipient', '553 not a name', 'final: EENVELOPE 553'],
    ['what it says', 'onMessage', '554 5.7.1 looks like spam', 'final: EMESSAGE 554 5.7.1'],
    ['its size', 'onMessage', '552 5.3.4 too much', 'final: EMESSAGE 552 5.3.4'],
  ] as const)('when the server does not take %s (%s: %s)', async (_, step, answer, outcome) => {
    const server = await startSmtpServer(refusingOnce(step, answer));

    expect(await attempt(transportTo(server), MAIL)).toBe(outcome);
  });
});

describe('a mail is worth another try', () => {
  it.each([
    ['defers its recipient', 'onRecipient', '450 4.2.1 busy', 'for now: EENVELOPE 450 4.2.1'],
    ['has no room', 'onRecipient', '452 4.2.2 full', 'for now: EENVELOPE 452 4.2.2'],
    ['defers the message', 'onMessage', '451 4.7.1 greylisted', 'for now: EMESSAGE 451 4.7.1'],
    ['closes for today', 'onRecipient', '421 4.3.2 closing', 'for now: ECONNECTION 421 4.3.2'],
    ['closes after the message', 'onMessage', '421 4.3.2 closing', 'for now: EMESSAGE 421 4.3.2'],
    ['defers our sender', 'onMailFrom', '451 later', 'for now: EENVELOPE 451'],
    // Ours to mend, not the recipient's.
    ['does not know our sender', 'onMailFrom', '550 5.1.8 who?', 'for now: EENVELOPE 550 5.1.8'],
    ['wants a log-in', 'onRecipient', '530 5.7.0 log in first', 'for now: EENVELOPE 530 5.7.0'],
    ['is out of step', 'onRecipient', '503 5.5.1 what?', 'for now: EENVELOPE 503 5.5.1'],
  ] as const)('when the server %s', async (_, step, answer, outcome) => {
    const server = await startSmtpServer(refusingOnce(step, answer));
    const transport = transportTo(server);

    const outcomes = [await attempt(transport, MAIL), await attempt(transport, MAIL)];

    expect(outcomes).toEqual([outcome, 'taken']);
  });

  it('when nobody listens', async () => {
    const { host, port } = await startSmtpServer();

    const outcome = await attempt(transportTo({ host, port: port === 1 ? 2 : 1 }), MAIL);

    expect(outcome).toBe('for now: ESOCKET ECONNREFUSED');
  });

  it('when nobody has that name', async () => {
    const outcome = await attempt(transportTo({ host: 'nowhere.invalid', port: 25 }), MAIL);

    expect(outcome).toMatch(/^for now: EDNS/);
  });

  it.each([
    ['hangs up instead of greeting', { greeting: HANG_UP }, /^for now: ECONNECTION/],
    ['greets with a refusal', { greeting: '554 5.3.2 not today' }, 'for now: EPROTOCOL 554 5.3.2'],
    ['greets with nonsense', { greeting: 'lorem ipsum' }, 'for now: EPROTOCOL'],
    ['speaks no ESMTP and no SMTP', { EHLO: '500 what?', HELO: '500 what?' }, 'for now: EPROTOCOL 500'],
    ['answers the sender with nonsense', { MAIL: 'lorem ipsum' }, 'for now: EENVELOPE'],
    ['answers the recipient with nonsense', { RCPT: '\u0000\u0007 dolor' }, 'for now: EENVELOPE'],
    ['answers the recipient with a number that is none', { RCPT: '999 amet' }, 'for now: EENVELOPE 999'],
    ['hangs up at the recipient', { RCPT: HANG_UP }, /^for now: E(CONNECTION|SOCKET)/],
    ['asks for no message', { DATA: '451 4.3.0 no room' }, 'for now: EENVELOPE 451 4.3.0'],
    ['answers the message with nonsense', { message: '(╯°□°)╯︵ ┻━┻' }, 'for now: EMESSAGE'],
    ['hangs up instead of answering the message', { message: HANG_UP }, /^for now: E(CONNECTION|SOCKET)/],
    ['is one answer ahead', { RCPT: '250 Ok\r\n250 Ok' }, 'for now: EMESSAGE 354'],
  ])('when the server %s', async (_, script, outcome) => {
    const liar = await startSmtpLiar(script);

    expect(await attempt(transportTo(liar), MAIL)).toEqual(
      typeof outcome === 'string' ? outcome : expect.stringMatching(outcome),
    );
  });

  it('when the connection breaks in the middle of the message', async () => {
    const liar = await startSmtpLiar({}, { hangsUpAfterBytes: 200 });

    expect(await attempt(transportTo(liar), MAIL)).toMatch(/^for now: E(CONNECTION|SOCKET)/);
    // Tried again by the queue, which notes it, and by nobody else.
    expect(liar.countConnections()).toBe(1);
  });
});

it('was taken when the server said so, whatever it does after that', async () => {
  const liar = await startSmtpLiar({ message: (socket) => socket.end('250 2.0.0 Ok\r\n') });

  expect(await attempt(transportTo(liar), MAIL)).toBe('taken');
});

it('goes without encryption where that was chosen, even where it is offered', async () => {
  const liar = await startSmtpLiar({ EHLO: '250-liar.example\r\n250 STARTTLS', STARTTLS: HANG_UP });

  expect(await attempt(transportTo(liar), MAIL)).toBe('taken');
  expect(liar.commands).not.toContain('STARTTLS');
});

// Rule 17: the server may repeat what it was sent, and what it says must not get into a log.
describe('nothing that the server says leaves the adapter', () => {
  const SECRET = 'marker-secret-7';
  const secretMail = { ...MAIL, token: SECRET, text: SECRET, html: `<p>${SECRET}</p>` };

  async function failureOf(step: 'onMailFrom' | 'onRecipient' | 'onMessage', code: number) {
    const server = await startSmtpServer(refusingOnce(step, `${code} 5.7.1 You said: ${SECRET}`));
    return transportTo(server)
      .send(secretMail)
      .catch((error: unknown) => error);
  }

  it.each([
    ['onMailFrom', 550],
    ['onRecipient', 550],
    ['onMessage', 554],
    ['onMessage', 451],
  ] as const)('in an error (%s, %i)', async (step, code) => {
    const error = await failureOf(step, code);

    expect(error).toBeInstanceOf(Error);
    expect(everythingIn(error)).not.toContain(SECRET);
  });

  it('in an error about a log-in', async () => {
    const server = await startSmtpServer({ credentials: { user: 'gatehouse', password: 'another' } });
    const transport = transportTo(server, { credentials: { user: 'gatehouse', password: SECRET } });

    const error = await transport.send(secretMail).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ reason: 'EAUTH 535 5.7.8', isFinal: false });
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(everythingIn(error)).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 12));
  });
});

/** Whatever a log or a careless programmer could get out of an error. */
function everythingIn(error: unknown): string {
  const lines: string[] = [];
  pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }).error({ err: error }, 'x');
  const properties = error instanceof Error ? JSON.stringify(Object.getOwnPropertyDescriptors(error)) : '';
  return [...lines, inspect(error, { depth: 10, showHidden: true }), properties, String(error)].join('\n');
}
