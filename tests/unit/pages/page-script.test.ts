import { describe, expect, it } from 'vitest';
import { type ApiAnswer, openPage } from './run-page.ts';

const TOKEN = 'AQEtoken_-';
const HASH = `#token=${TOKEN}`;
const PASSWORD = 'Correct horse 1';
const VERIFIED: ApiAnswer = { status: 200, body: { status: 'verified' } };
const SIGNED_IN: ApiAnswer = {
  status: 200,
  body: { status: 'complete', access_token: 'SECRET-ACCESS', user: { email: 'ada@example.com' } },
};

function problem(
  status: number,
  code: string,
  more: object = {},
  headers: Record<string, string> = {},
): ApiAnswer {
  return { status, body: { code, status, ...more }, headers };
}

describe('the token', () => {
  it('leaves the address bar at once, and goes nowhere before the button is pressed', async () => {
    const page = await openPage('/verify-email', HASH);
    expect(page.location).toMatchObject({ hash: '', url: '/verify-email' });
    expect(page.sent).toEqual([]);
    expect(page.get('form').hidden).toBe(false);
  });

  it.each([
    '',
    '#',
    '#token=',
    '#main',
  ])('is missed when the fragment is %j: no form, but what to do', async (hash) => {
    const page = await openPage('/verify-email', hash);
    expect(page.has('form')).toBe(false);
    expect(page.get('main').textContent).toMatch(/incomplete.*again from the mail/s);
    expect(page.document.title).toMatch(/^Error: /);
    expect(page.focused()?.getAttribute('role')).toBe('alert');
  });

  it('is read anew when a second link is pasted into the same tab', async () => {
    const page = await openPage('/setup', '');
    page.changeHash('#main');
    expect(page.location.reloads).toBe(0);
    page.changeHash(HASH);
    expect(page.location.reloads).toBe(1);
  });
});

describe('sending', () => {
  it('posts what was typed as JSON, trimmed but for the password', async () => {
    const page = await openPage('/setup', HASH, [SIGNED_IN]);
    page.type('email', ' ada@example.com ');
    page.type('password', ` ${PASSWORD} `);
    page.type('name', 'Ada');

    await page.submit();

    const body = { token: TOKEN, email: 'ada@example.com', password: ` ${PASSWORD} `, name: 'Ada' };
    expect(page.sent).toEqual([
      { url: '/auth/invitations/accept', body, credentials: 'same-origin', contentType: 'application/json' },
    ]);
  });

  it('leaves out what was left empty', async () => {
    const page = await openPage('/verify-email', HASH, [VERIFIED]);
    await page.submit();
    expect(page.sent).toMatchObject([{ url: '/auth/email/verify', body: { token: TOKEN } }]);
    expect(page.sent[0]?.body).toEqual({ token: TOKEN });
  });

  it('is not done while a demanded field is empty; the answer stands at each field', async () => {
    const page = await openPage('/setup', HASH);
    await page.submit();
    expect(page.sent).toEqual([]);
    expect(page.get('[id="email-error"]').textContent).toBe('Enter your e-mail address.');
    expect(page.field('password').getAttribute('aria-invalid')).toBe('true');
    expect(
      page
        .get('[data-part="problem-list"]')
        .querySelectorAll('a')
        .map((link) => link.getAttribute('href')),
    ).toEqual(['#email', '#new-password']);
  });

  it('happens once however often the button is pressed', async () => {
    const page = await openPage('/verify-email', HASH, [VERIFIED, VERIFIED]);
    await Promise.all([page.submit(), page.submit()]);
    expect(page.sent).toHaveLength(1);
  });

  it('hides a password that was shown', async () => {
    const page = await openPage('/accept-invitation', HASH, [problem(503, 'unavailable')]);
    await page.click('[data-toggles]');
    expect(page.field('password').type).toBe('text');
    page.type('password', PASSWORD);
    await page.submit();
    expect(page.field('password').type).toBe('password');
  });
});

describe('success', () => {
  it.each([
    ['/setup', /You are the owner of this installation and signed in as ada@example\.com/],
    ['/accept-invitation', /Welcome.*signed in as ada@example\.com/s],
  ])('of %s says who is signed in, and shows no token', async (path, text) => {
    const page = await openPage(path, HASH, [SIGNED_IN]);
    if (path === '/setup') page.type('email', 'ada@example.com');
    page.type('password', PASSWORD);

    await page.submit();

    expect(page.has('form')).toBe(false);
    expect(page.get('main').textContent).toMatch(text);
    expect(page.get('html').textContent).not.toContain('SECRET-ACCESS');
    expect(page.focused()?.getAttribute('role')).toBe('status');
    expect(page.document.title).not.toMatch(/^Error/);
  });

  it('of /setup leads to the documentation', async () => {
    const page = await openPage('/setup', HASH, [SIGNED_IN]);
    page.type('email', 'ada@example.com');
    page.type('password', PASSWORD);
    await page.submit();
    expect(page.get('main').querySelector('[href="/docs"]')).not.toBeNull();
  });

  it('of /verify-email says that one can sign in now', async () => {
    const page = await openPage('/verify-email', HASH, [VERIFIED]);
    await page.submit();
    expect(page.get('main').textContent).toContain('Your address is confirmed. You can sign in now.');
  });

  it('does not claim a sign-in where a second step is still missing', async () => {
    const enrollment = { status: 200, body: { status: 'mfa_enrollment_required', mfa_token: 'SECRET' } };
    const page = await openPage('/accept-invitation', HASH, [enrollment]);
    page.type('password', PASSWORD);
    await page.submit();
    expect(page.get('main').textContent).toContain('You are not signed in yet');
  });
});

describe('a refused link', () => {
  it.each([
    [410, 'link_used', 'This link was used already'],
    [410, 'link_expired', 'This link has expired'],
    [400, 'link_invalid', 'This link is not valid'],
  ])('%i %s takes the form away, for nothing can be done with it', async (status, code, heading) => {
    const page = await openPage('/verify-email', HASH, [problem(status, code)]);
    await page.submit();
    expect(page.get('h1').textContent).toBe(heading);
    expect(page.has('form')).toBe(false);
    expect(page.document.title).toMatch(/^Error: /);
  });

  it('is told alike when the API does not take the token for one', async () => {
    const errors = [{ pointer: '/token', code: 'pattern', detail: 'must match pattern' }];
    const page = await openPage('/verify-email', HASH, [problem(400, 'validation_failed', { errors })]);
    await page.submit();
    expect(page.get('h1').textContent).toBe('This link is not valid');
  });
});

describe('a problem', () => {
  const accept = async (answer: ApiAnswer) => {
    const page = await openPage('/accept-invitation', HASH, [answer]);
    page.type('password', PASSWORD);
    page.type('name', 'Ada');
    await page.submit();
    return page;
  };

  it.each([
    [problem(429, 'rate_limited', {}, { 'retry-after': '40' }), 'Too many tries. Try again in 40 seconds.'],
    [problem(429, 'rate_limited', {}, { 'retry-after': '1' }), 'Too many tries. Try again in 1 second.'],
    [
      problem(429, 'account_locked', {}, { 'retry-after': '1750' }),
      'Too many wrong passwords. Try again in 30 minutes.',
    ],
    [problem(503, 'unavailable'), 'The service is busy at the moment. Try again in a minute.'],
    [{ status: 502, body: {} }, 'The service is busy at the moment. Try again in a minute.'],
    ['unreachable', 'We could not reach the service. Check your connection, then try again.'],
    [problem(500, 'internal_error', { request_id: 'r-1' }), /give your administrator this reference: r-1$/],
    [problem(418, 'never_heard_of'), /^That did not work\./],
  ] satisfies [ApiAnswer, string | RegExp][])('%j is told in words', async (answer, text) => {
    const page = await accept(answer);
    const summary = page.get('[data-part="problem"]');
    expect(page.get('[data-part="problem-list"]').textContent).toMatch(text);
    expect([summary.hidden, summary.getAttribute('role'), page.focused()]).toEqual([false, 'alert', summary]);
  });

  it('keeps what was typed but for the password, and lets one try again', async () => {
    const page = await accept(problem(503, 'unavailable'));
    expect([page.field('name').value, page.field('password').value]).toEqual(['Ada', '']);
    expect(page.get('[type="submit"]').disabled).toBe(false);
    expect(page.document.title).toMatch(/^Error: Accept your invitation/);
  });

  it.each([
    'password_too_short',
    'password_too_long',
    'password_too_weak',
    'password_too_common',
  ])('%s stands at the password, in the words of the API', async (code) => {
    const page = await accept(problem(422, code, { detail: 'The password needs at least 12 characters' }));
    expect(page.get('[id="new-password-error"]').textContent).toBe(
      'The password needs at least 12 characters',
    );
    expect(page.field('password').getAttribute('aria-invalid')).toBe('true');
  });

  it('with single fields stands at each of them, and is gone at the next attempt', async () => {
    const errors = [
      { pointer: '/email', code: 'format', detail: 'must match format "email"' },
      { pointer: '/elsewhere', code: 'unknown_field', detail: 'is not known' },
    ];
    const page = await openPage('/setup', HASH, [problem(400, 'validation_failed', { errors }), SIGNED_IN]);
    page.type('email', 'ada');
    page.type('password', PASSWORD);

    await page.submit();
    expect(page.get('[id="email-error"]').textContent).toBe('Enter an e-mail address like ada@example.com.');
    expect(page.get('[data-part="problem-list"]').textContent).toContain('is not known');
    expect(page.field('password').getAttribute('aria-invalid')).toBeNull();

    await page.submit();
    expect(page.field('email').getAttribute('aria-invalid')).toBeNull();
  });

  it('shows text as text', async () => {
    const detail = '<img src=x>';
    const page = await accept(problem(422, 'password_too_weak', { detail }));
    expect(page.get('[id="new-password-error"]').textContent).toBe(detail);
    expect(page.has('img')).toBe(false);
  });
});

describe('several registrations of one address', () => {
  it('make the page ask for the password, focus it and send it along', async () => {
    const page = await openPage('/verify-email', HASH, [problem(409, 'password_required'), VERIFIED]);
    const wrapper = page.field('password').closest('[data-part="field"]');
    expect(wrapper?.hidden).toBe(true);

    await page.submit();
    expect(wrapper?.hidden).toBe(false);
    expect(wrapper?.textContent).toContain('registered more than once');
    expect(page.focused()).toBe(page.field('password'));
    expect(page.get('[data-part="problem"]').hidden).toBe(true);

    page.type('password', PASSWORD);
    await page.submit();
    expect(page.sent.map(({ body }) => body)).toEqual([
      { token: TOKEN },
      { token: TOKEN, password: PASSWORD },
    ]);
  });

  it('say when the password belongs to another of them', async () => {
    const answers = [problem(409, 'password_required'), problem(401, 'invalid_credentials')];
    const page = await openPage('/verify-email', HASH, answers);
    await page.submit();
    await page.submit();
    expect(page.get('[id="password-error"]').textContent).toMatch(/^Enter the password/);
    page.type('password', 'Wrong horse 1');
    await page.submit();
    expect(page.get('[id="password-error"]').textContent).toMatch(
      /^That is not the password chosen with this link/,
    );
  });
});
