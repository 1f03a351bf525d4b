import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { Sender } from '../../../adapters/smtp/addresses.ts';
import { buildMessage, messageIdOf, type SmtpMail } from '../../../adapters/smtp/message.ts';
import { email } from '../../support/parsed.ts';

const SENDER: Sender = { address: 'no-reply@auth.example', name: null };

const MAIL: SmtpMail = {
  id: '01900000-0000-7000-8000-000000000001',
  tenantName: 'Acme',
  to: email('ada@example.com'),
  subject: 'Confirm your e-mail address for Acme',
  text: 'Hello\n',
  html: '<p>Hello</p>\n',
  createdAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
};

async function message(change: Partial<SmtpMail> = {}, sender = SENDER): Promise<Email & { raw: string }> {
  const raw = (await buildMessage({ ...MAIL, ...change }, sender)).toString('utf8');
  return { ...(await PostalMime.parse(raw)), raw };
}

/** Each header by its name, as it stands in the message, unfolded. */
function headersOf({ raw }: { raw: string }): ReadonlyMap<string, string> {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const lines = head.replace(/\r\n[ \t]/g, ' ').split('\r\n');
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

describe('a message', () => {
  it('says who sends what to whom, and that a machine does', async () => {
    const headers = headersOf(await message());

    expect(Object.fromEntries(headers)).toMatchObject({
      from: 'Acme <no-reply@auth.example>',
      to: 'ada@example.com',
      subject: 'Confirm your e-mail address for Acme',
      date: 'Fri, 02 Jan 2026 03:04:05 +0000',
      'message-id': '<01900000-0000-7000-8000-000000000001@auth.example>',
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      'mime-version': '1.0',
    });
    expect([...headers.keys()].toSorted()).toEqual(
      [
        ...['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'],
        'x-auto-response-suppress',
      ].toSorted(),
    );
  });

  it('has the same id and date each time it is made', async () => {
    const [first, second] = [await message(), await message()];

    expect([second.messageId, second.date]).toEqual([first.messageId, first.date]);
  });

  it('is plain text and HTML as alternatives, in UTF-8', async () => {
    const { raw } = await message({ text: 'Žluť 🐎\n', html: '<p>Žluť 🐎</p>\n' });

    expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
    const parts = [...raw.matchAll(/^Content-Type: (text\/\w+; charset=\S+)/gm)].map(([, type]) => type);
    expect(parts).toEqual(['text/plain; charset=utf-8', 'text/html; charset=utf-8']);
  });

  it('ends its lines as the protocol wants it, none of them too long', async () => {
    const { raw } = await message({
      subject: `For ${'x'.repeat(500)} ${'y '.repeat(2_000)}`,
      text: `${'long '.repeat(1_000)}\nand short\rand odd\r\n`,
      html: `<p>${'é'.repeat(3_000)}</p>`,
    });

    expect(/[\r\n]/.test(raw.replaceAll('\r\n', ''))).toBe(false);
    const lengths = raw.split('\r\n').map((line) => Buffer.byteLength(line));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(998); // RFC 5322, section 2.1.1
  });

  it.each([
    ['quotes and a comma', 'Müller, "the" \\ baker'],
    ['an address', 'Eve <eve@evil.example>'],
    ['angle brackets and a semicolon', 'a>b<c;d:e@f'],
    ['another script', 'Компания 会社 🐎'],
    ['a group', 'undisclosed-recipients:;'],
  ])('keeps a tenant’s name with %s a name', async (_, tenantName) => {
    const { from, to, cc, bcc, raw } = await message({ tenantName });

    expect(from).toEqual({ name: tenantName, address: 'no-reply@auth.example' });
    expect([to, cc, bcc]).toEqual([[{ name: '', address: 'ada@example.com' }], undefined, undefined]);
    expect(headersOf({ raw }).has('bcc')).toBe(false);
  });

  // Many a reader decodes one even where none may stand.
  it('lets no tenant’s name be read as another one', async () => {
    const { from } = await message({ tenantName: '=?utf-8?Q?Your_bank?=' });

    expect(from?.name).toBe('= ?utf-8?Q?Your_bank?=');
  });

  it.each([
    '\r\n',
    '\n',
    '\r',
    '\u2028',
    '\u0085',
    '\0',
    '\u000b',
  ])('lets no line end (%j) in a name or a subject make a header', async (lineEnd) => {
    const evil = `Acme${lineEnd}Bcc: eve@evil.example${lineEnd}${lineEnd}<p>hello</p>`;

    const { raw, from, subject, bcc } = await message({ tenantName: evil, subject: evil });

    const headers = headersOf({ raw });
    expect([bcc, headers.has('bcc')]).toEqual([undefined, false]);
    expect(from?.address).toBe('no-reply@auth.example');
    expect([from?.name, subject]).toEqual([
      'Acme Bcc: eve@evil.example <p>hello</p>',
      'Acme Bcc: eve@evil.example <p>hello</p>',
    ]);
  });

  it('is in the name of the sender where one is given, whatever is in it', async () => {
    const { from } = await message({}, { address: 'no-reply@auth.example', name: 'Sign-in: "us", & <them>' });

    expect(from).toEqual({ name: 'Sign-in: "us", & <them>', address: 'no-reply@auth.example' });
  });

  it('takes nothing from a file or from the network, whatever it is told to say', async () => {
    const text = '{"path":"/etc/passwd"}';
    const html = '<img src="file:///etc/passwd"><img src="http://169.254.169.254/">';

    expect(await message({ text, html })).toMatchObject({
      text: `${text}\n`,
      html: `${html}\n`,
      attachments: [],
    });
  });
});

describe('the id of a message', () => {
  it.each([
    ['no-reply@auth.example', '<7@auth.example>'],
    ['no-reply@bücher.example', '<7@xn--bcher-kva.example>'],
  ])('from %s is in ASCII and of its domain', (address, id) => {
    expect(messageIdOf('7', { address, name: null })).toBe(id);
  });
});
