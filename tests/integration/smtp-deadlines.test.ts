import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { outgoingMail } from '../contracts/mail-transport.contract.ts';
import { idAt } from '../contracts/samples.ts';
import { SILENCE, startSmtpLiar } from '../support/smtp-liar.ts';
import { attempt, transportTo } from '../support/smtp-transport.ts';

const MAIL = outgoingMail(idAt(99) as TenantId);
const GENEROUS_MS = 5_000;
const LONG_MS = 10_000;
/** Each kind alone is short, so that no other can have ended it. */
const CONNECT = { connectMs: 150, silenceMs: LONG_MS, totalMs: LONG_MS };
const SILENT = { connectMs: LONG_MS, silenceMs: 150, totalMs: LONG_MS };

describe('a mail that a server says nothing to', () => {
  it.each([
    ['on connecting', { greeting: SILENCE }, CONNECT],
    ['to our name', { EHLO: SILENCE }, SILENT],
    ['to the sender', { MAIL: SILENCE }, SILENT],
    ['to the recipient', { RCPT: SILENCE }, SILENT],
    ['to the announcement of the message', { DATA: SILENCE }, SILENT],
    ['to the message', { message: SILENCE }, SILENT],
  ])('is worth another try before long (%s)', async (_, script, deadlines) => {
    const liar = await startSmtpLiar(script);
    const began = performance.now();

    const outcome = await attempt(transportTo(liar, { deadlines }), MAIL);

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
