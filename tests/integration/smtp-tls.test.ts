import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { outgoingMail } from '../contracts/mail-transport.contract.ts';
import { idAt } from '../contracts/samples.ts';
import { TEST_AUTHORITY as ca } from '../support/redis-tls.ts';
import { SELF_SIGNED_CERTIFICATE } from '../support/self-signed.ts';
import { startSmtpLiar } from '../support/smtp-liar.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { attempt, transportTo } from '../support/smtp-transport.ts';

const MAIL = outgoingMail(idAt(99) as TenantId);
const CREDENTIALS = { user: 'gatehouse', password: 'open sesame' };

describe('a mail goes encrypted', () => {
  it.each([
    ['starttls', 'starttls'],
    ['implicit', 'tls'],
  ] as const)('to a server with %s', async (offered, tls) => {
    const server = await startSmtpServer({ tls: offered });

    const outcome = await attempt(transportTo(server, { tls, ca }), MAIL);

    expect(outcome).toBe('taken');
    expect(server.received[0]).toMatchObject({ isEncrypted: true });
  });

  it('to a server whose certificate signed itself, once that is trusted', async () => {
    const server = await startSmtpServer({ tls: 'starttls, self-signed' });
    const transport = transportTo(server, { tls: 'starttls', ca: SELF_SIGNED_CERTIFICATE });

    expect(await attempt(transport, MAIL)).toBe('taken');
  });

  it.each([
    ['starttls', 'starttls'],
    ['implicit', 'tls'],
  ] as const)('as the user that was set, with %s', async (offered, tls) => {
    const server = await startSmtpServer({ tls: offered, credentials: CREDENTIALS });

    const outcome = await attempt(transportTo(server, { tls, ca, credentials: CREDENTIALS }), MAIL);

    expect(outcome).toBe('taken');
    expect(server.received[0]).toMatchObject({ isEncrypted: true, user: 'gatehouse' });
  });
});

// Ours to mend: no mail is lost over it, and none goes out in the clear meanwhile.
describe('a mail waits', () => {
  it.each([
    ['starttls', 'starttls', 'for now: ESOCKET UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['implicit', 'tls', 'for now: ESOCKET UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['starttls, self-signed', 'starttls', 'for now: ESOCKET DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['starttls, expired', 'starttls', 'for now: ESOCKET CERT_HAS_EXPIRED'],
  ] as const)('while nobody vouches for the certificate (%s)', async (offered, tls, outcome) => {
    const server = await startSmtpServer({ tls: offered, credentials: CREDENTIALS });

    expect(await attempt(transportTo(server, { tls, credentials: CREDENTIALS }), MAIL)).toBe(outcome);
    expect(server.received).toEqual([]);
  });

  it.each([
    ['starttls', 'starttls'],
    ['implicit', 'tls'],
  ] as const)('while the certificate is for another host (%s)', async (offered, tls) => {
    const { port } = await startSmtpServer({ tls: offered });

    const outcome = await attempt(transportTo({ host: '127.0.0.1', port }, { tls, ca }), MAIL);

    expect(outcome).toBe('for now: ESOCKET ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('while encryption is demanded and not to be had, without a word about who is written to', async () => {
    const liar = await startSmtpLiar({ AUTH: '235 Ok' });
    const transport = transportTo(liar, { tls: 'starttls', credentials: CREDENTIALS });

    expect(await attempt(transport, MAIL)).toBe('for now: ETLS 502 5.5.1');
    expect(liar.commands.filter((command) => !/^(EHLO|STARTTLS|QUIT)/.test(command))).toEqual([]);
  });

  // RFC 3207, section 6: what was said before the handshake may have been said by anybody.
  it('while somebody in between speaks for the server before it is encrypted', async () => {
    const liar = await startSmtpLiar({
      EHLO: '250-liar.example\r\n250 STARTTLS',
      STARTTLS: '220 Go on\r\n250 liar.example',
    });

    expect(await attempt(transportTo(liar, { tls: 'starttls' }), MAIL)).toMatch(/^for now: E/);
    expect(liar.commands.some((command) => command.startsWith('MAIL'))).toBe(false);
  });

  it('while the server knows no such user, and goes as soon as it does', async () => {
    const server = await startSmtpServer({ tls: 'starttls', credentials: CREDENTIALS });
    const wrong = { ...CREDENTIALS, password: 'open barley' };

    const outcomes = [
      await attempt(transportTo(server, { tls: 'starttls', ca, credentials: wrong }), MAIL),
      await attempt(transportTo(server, { tls: 'starttls', ca, credentials: CREDENTIALS }), MAIL),
    ];

    expect(outcomes).toEqual(['for now: EAUTH 535 5.7.8', 'taken']);
  });

  it('while the server offers no log-in though one was set', async () => {
    const liar = await startSmtpLiar({});

    expect(await attempt(transportTo(liar, { credentials: CREDENTIALS }), MAIL)).toMatch(/^for now: EAUTH/);
    expect(liar.commands.some((command) => command.startsWith('MAIL'))).toBe(false);
  });
});
