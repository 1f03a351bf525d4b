import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { outgoingMail } from '../contracts/mail-transport.contract.ts';
import { idAt } from '../contracts/samples.ts';
import { SILENCE, startSmtpLiar } from '../support/smtp-liar.ts';
import { attempt, transportTo } from '../support/smtp-transport.ts';

const MAIL = outgoingMail(idAt(99) as TenantId);
/** Each phase has its own, so that the outcome tells which one ended it. */
const DEADLINES = { connectMs: 150, silenceMs: 300, totalMs: 10_000 };
const GENEROUS_MS = 5_000;

describe('a mail that a server says nothing to', () => {
  it.each([
    ['on connecting', { greeting: SILENCE }],
    ['to our name', { EHLO: SILENCE }],
    ['to the sender', { MAIL: SILENCE }],
    ['to the recipient', { RCPT: SILENCE }],
    ['to the announcement of the message', { DATA: SILENCE }],
    ['to the message', { message: SILENCE }],
  ])('is worth another try before long (%s)', async (_, script) => {
    const liar = await startSmtpLiar(script);
    const began = performance.now();

    const outcome = await attempt(transportTo(liar, { deadlines: DEADLINES }), MAIL);

    expect(outcome).toBe('for now: ETIMEDOUT');
    expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
  });
});

// No deadline on silence alone notices a server that never falls silent.
it('is given up when all of it takes too long, however busy the server is', async () => {
  let trickle: NodeJS.Timeout | undefined;
  const liar = await startSmtpLiar({
    RCPT: (socket) => {
      trickle = setInterval(() => socket.write('250-still looking\r\n'), 20);
      socket.on('close', () => clearInterval(trickle));
    },
  });
  const transport = transportTo(liar, { deadlines: { silenceMs: 200, totalMs: 600 } });
  const began = performance.now();

  const outcome = await attempt(transport, MAIL);
  await liar.untilNobodyIsConnected();

  expect(outcome).toBe('for now: ETIMEDOUT');
  expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
  // Cut off: a word more might still be taken for a part of the mail.
  expect(liar.commands).not.toContain('QUIT');
});

it('ends within a quarter of a minute as it is set up', async () => {
  const liar = await startSmtpLiar({ RCPT: SILENCE });
  const began = performance.now();

  const outcome = await attempt(transportTo(liar), MAIL);

  expect(outcome).toBe('for now: ETIMEDOUT');
  expect(performance.now() - began).toBeLessThan(16_000);
});
