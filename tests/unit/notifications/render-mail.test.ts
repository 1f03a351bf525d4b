import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { MailContents, MailTemplate } from '../../../core/notifications/index.ts';
import { renderMail } from '../../../core/notifications/templates/index.ts';
import { email } from '../../support/parsed.ts';

const PUBLIC_URL = 'https://auth.example.com';
const ACCOUNT_MAILS = ['new_device_sign_in', 'suspicious_activity', 'session_theft'] as const;
const TEMPLATES: readonly MailTemplate[] = [
  'verify_email',
  'already_registered',
  'invitation',
  ...ACCOUNT_MAILS,
];

function pending(template: MailTemplate, change: Partial<MailContents> = {}): MailContents {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    tenantId: '01900000-0000-7000-8000-000000000002' as TenantId,
    tenantName: 'Acme',
    template,
    to: email('ada@example.com'),
    facts: {},
    token: template === 'verify_email' || template === 'invitation' ? 'the-token' : null,
    createdAt: new Date(0),
    ...change,
  };
}

describe('renderMail', () => {
  it.each([
    ['verify_email', '/verify-email'],
    ['invitation', '/accept-invitation'],
  ] as const)('puts the token of %s into the fragment of one link, in both parts', (template, path) => {
    const mail = renderMail(pending(template), PUBLIC_URL);

    const link = `${PUBLIC_URL}${path}#token=the-token`;
    expect(mail).toMatchObject({ links: [link], token: 'the-token' });
    expect(mail.text).toContain(`\n${link}\n`);
    expect(mail.html).toContain(`href="${link}"`);
  });

  // A mail that alarms its reader must not teach them to follow links in such mails.
  it.each(['already_registered', ...ACCOUNT_MAILS] as const)('links to nothing in %s', (template) => {
    const mail = renderMail(pending(template), PUBLIC_URL);

    expect(mail).toMatchObject({ links: [], token: null });
    expect(`${mail.text}${mail.html}`).not.toMatch(/https?:/);
  });

  it.each(TEMPLATES)('keeps the id of %s, so that a mail sent twice is seen as one', (template) => {
    const { id, tenantId, tenantName, to, createdAt } = pending(template);

    expect(renderMail(pending(template), PUBLIC_URL)).toMatchObject({
      id,
      tenantId,
      tenantName,
      to,
      template,
      createdAt,
    });
  });

  it.each(TEMPLATES)('names the tenant in the subject of %s, on one line', (template) => {
    const { subject } = renderMail(pending(template), PUBLIC_URL);

    expect(subject).toContain('Acme');
    expect(subject).not.toMatch(/[\r\n]/);
  });

  // Rule 24: what a stranger typed never goes into a mail to an address that is not verified.
  it.each([
    'verify_email',
    'already_registered',
    ...ACCOUNT_MAILS,
  ] as const)('shows in %s nothing of what a stranger may have typed', (template) => {
    const facts = {
      name: 'Buy-Pills-At',
      username: 'evil-username',
      user_agent: 'evil-agent',
      role: 'evil-role',
      browser: 'Evil-Browser',
      system: 'Evil-System',
      country: 'Evil-Country',
      reasons: 'evil_reason',
    };

    const typed = renderMail(pending(template, { facts }), PUBLIC_URL);

    expect(typed).toEqual(renderMail(pending(template), PUBLIC_URL));
  });

  it.each(TEMPLATES)('escapes in the HTML of %s whatever could be read as markup', (template) => {
    const tenantName = `<img src=x onerror="alert('1')">&`;
    const facts = { role: '<b>', valid_hours: '<i>' };

    const { html, text } = renderMail(pending(template, { tenantName, facts, token: 'a"b<c>' }), PUBLIC_URL);

    expect(html).not.toMatch(/<img|<b>|<i>|"b</);
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
    expect(text).toContain(tenantName);
  });

  // Whoever confirms what they did not ask for gives the account away: the mail must say so (design.md).
  it('says what confirming means, and for how long it can be done', () => {
    const { text } = renderMail(pending('verify_email', { facts: { valid_hours: '48' } }), PUBLIC_URL);

    expect(text).toContain('If you did not ask for this, do nothing.');
    expect(text).toContain('hands the account to whoever did');
    expect(text).toContain('for 48 hours');
  });

  it('says as what somebody is invited', () => {
    const { text } = renderMail(pending('invitation', { facts: { role: 'admin' } }), PUBLIC_URL);

    expect(text).toContain('You are invited to Acme as admin.');
  });

  it.each([
    [{ browser: 'Firefox', system: 'Windows', country: 'DE' }, 'Firefox on Windows, Germany.'],
    [{ browser: 'Firefox' }, 'Firefox.'],
    [{ system: 'Linux', country: 'FR' }, 'an unknown program on Linux, France.'],
    [{}, 'an unknown program.'],
    // Codes that no country has, and what is no code at all.
    [{ country: 'QQ' }, 'an unknown program.'],
    [{ country: 'de' }, 'an unknown program.'],
  ])('says when, with what and from where something was done: %j', (facts, says) => {
    for (const template of ACCOUNT_MAILS) {
      const { text } = renderMail(pending(template, { facts }), PUBLIC_URL);

      expect(text).toContain(`1970-01-01 00:00 UTC, ${says}\n`);
    }
  });

  it.each(ACCOUNT_MAILS)('says in %s what to do', (template) => {
    const { text } = renderMail(pending(template), PUBLIC_URL);

    expect(text).toMatch(/sign out everywhere/);
    expect(text).toContain('tell whoever runs Acme, who can close your account to everybody');
    // No operation of this release changes a password.
    expect(text).not.toMatch(/change your password/i);
  });

  it('says of what looked wrong each thing once, and of a refresh that nobody signed in', () => {
    const textOf = (reasons: string) =>
      renderMail(pending('suspicious_activity', { facts: { reasons } }), PUBLIC_URL).text;

    expect(textOf('new_country,failures_then_success,something_else').split('\n\n').slice(1, 6)).toEqual([
      'Somebody signed in to your account at Acme in a way that is not like you:',
      '1970-01-01 00:00 UTC, an unknown program.',
      'You have not signed in from this country lately.',
      'Wrong passwords were tried before the right one.',
      'If that was you, there is nothing to do.',
    ]);
    const ofSession = textOf('impossible_travel,refresh_elsewhere');
    expect(ofSession).toContain('A session of your account at Acme was used');
    expect(ofSession).toContain('somebody uses a session of yours');
    expect(ofSession).not.toContain('knows your password');
    expect(textOf('new_country')).toContain('somebody knows your password');
  });
});
