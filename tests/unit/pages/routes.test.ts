import Fastify, { type FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerHeaders } from '../../../adapters/http/conventions/headers.ts';
import { pageRoutes } from '../../../adapters/http/pages/routes.ts';

const PAGES = ['/setup', '/accept-invitation', '/verify-email'] as const;
const FILES = ['/pages/page.js', '/pages/page.css'] as const;
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const USERNAME = { name: 'email', type: 'email', autocomplete: 'username' };
const NEW_PASSWORD = { name: 'new_password', type: 'password', autocomplete: 'new-password' };
const NAME = { name: 'name', type: 'text', autocomplete: 'name' };
const CURRENT_PASSWORD = { name: 'password', type: 'password', autocomplete: 'current-password' };
const FIELDS = {
  '/setup': [USERNAME, NEW_PASSWORD, NAME],
  '/accept-invitation': [NEW_PASSWORD, NAME],
  '/verify-email': [CURRENT_PASSWORD],
} as const;

let server: FastifyInstance;

beforeAll(async () => {
  server = Fastify();
  registerHeaders(server, false);
  await server.register(pageRoutes({ productName: 'Acme & <Sons>' }));
});

describe.each(PAGES)('GET %s', (url) => {
  const page = async () => (await server.inject(url)).body;

  it('answers HTML under its own policy, whatever the server sets by default', async () => {
    const { statusCode, headers } = await server.inject(url);

    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CSP,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers HEAD alike, without a body', async () => {
    const { statusCode, headers, body } = await server.inject({ method: 'HEAD', url });
    expect([statusCode, headers['content-security-policy'], body]).toEqual([200, CSP, '']);
  });

  it('is the same for everybody and sets nothing', async () => {
    const [first, second] = [await server.inject(url), await server.inject(`${url}?token=x`)];
    expect(second.body).toBe(first.body);
    expect(first.headers).not.toHaveProperty('set-cookie');
  });

  it('holds nothing inline and nothing from elsewhere', async () => {
    const markup = await page();
    expect(markup).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    expect(markup).not.toMatch(/(?:src|href|action)="(?!\/[a-z]|#)/);
    expect(markup.match(/<script\b[^>]*>[^<]*/g)).toEqual([
      expect.stringMatching(/^<script type="module" src="\/pages\/page\.js\?v=[\w-]{12}">$/),
    ]);
  });

  it('names the product, escaped', async () => {
    const markup = await page();
    expect(markup).toContain('Acme &amp; &lt;Sons&gt;</title>');
    expect(markup).not.toContain('<Sons>');
  });

  it('has landmarks, one heading, a language and a skip link to the content', async () => {
    const markup = withoutTemplates(await page());
    for (const one of [
      /<h1>/g,
      /<header>/g,
      /<main id="main"/g,
      /<footer>/g,
      /class="skip-link" href="#main"/g,
    ]) {
      expect(markup.match(one), String(one)).toHaveLength(1);
    }
    expect(markup).toContain('<html lang="en" dir="ltr">');
  });

  it('gives each message that replaces the page a heading and a place for the focus', async () => {
    const screens = (await page()).match(/<template data-screen=.*?<\/template>/gs) ?? [];
    expect(screens.length).toBeGreaterThanOrEqual(5);
    for (const screen of screens) {
      expect(screen).toMatch(/role="(?:alert|status)" tabindex="-1">.*<h1>[^<]+<\/h1>/s);
      expect(screen).toMatch(/role="alert"/.test(screen) ? /data-title="Error: / : /data-title="(?!Error)/);
    }
  });

  it('has the fields and attributes that password managers look for', async () => {
    const fields = inputsOf(await page()).map(({ name, type, autocomplete }) => ({
      name,
      type,
      autocomplete,
    }));
    expect(fields).toEqual(FIELDS[url]);
  });

  it('labels each field and describes it by elements that exist', async () => {
    const markup = await page();
    for (const { id, 'aria-describedby': describedBy = '' } of inputsOf(markup)) {
      expect(markup).toContain(`<label for="${id}">`);
      expect(describedBy.split(' ')).toContain(`${id}-error`);
      for (const described of describedBy.split(' ')) expect(markup).toContain(` id="${described}"`);
    }
  });

  it('keeps the form from being sent without its script, and says how to do without', async () => {
    const markup = await page();
    const action = url === '/verify-email' ? '/auth/email/verify' : '/auth/invitations/accept';
    expect(markup).toMatch(new RegExp(`<form method="post" action="${action}"[^>]* hidden>`));
    expect(markup).toMatch(new RegExp(`<noscript>.*JavaScript.*POST ${action}.*</noscript>`, 's'));
  });
});

it('says on /verify-email what confirming means, before anything is pressed (rule 9)', async () => {
  const { body } = await server.inject('/verify-email');
  expect(withoutTemplates(body)).toContain('Confirming hands the account to whoever registered it');
});

describe.each(FILES)('GET %s', (url) => {
  it('may be kept for an hour by anybody', async () => {
    const { statusCode, headers, body } = await server.inject(url);
    expect([statusCode, headers['cache-control']]).toEqual([200, 'public, max-age=3600']);
    expect(headers['content-type']).toMatch(url.endsWith('.js') ? 'text/javascript' : 'text/css');
    expect(body.length).toBeGreaterThan(1000);
  });

  it.each(['%', 'W/%', '"other", %', '*'])('answers 304 to If-None-Match: %s', async (pattern) => {
    const { headers } = await server.inject(url);
    const held = pattern.replace('%', String(headers['etag']));

    const again = await server.inject({ url, headers: { 'if-none-match': held } });

    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', headers['etag']]);
    expect(again.headers['cache-control']).toBe('public, max-age=3600');
  });

  it('sends the file to who holds another version', async () => {
    const { statusCode } = await server.inject({ url, headers: { 'if-none-match': '"other"' } });
    expect(statusCode).toBe(200);
  });

  it('is addressed by its content, so that no cache pairs an old file with a new page', async () => {
    const etag = String((await server.inject(url)).headers['etag']);
    const { body } = await server.inject('/setup');
    expect(body).toContain(`"${url}?v=${etag.slice(1, 13)}"`);
  });
});

it('marks each route as public', async () => {
  const access: unknown[] = [];
  const watched = Fastify();
  watched.addHook('onRoute', ({ config }) => void access.push(config && 'access' in config && config.access));
  await watched.register(pageRoutes({}));
  await watched.ready();
  expect(access).toEqual(Array.from({ length: 2 * (PAGES.length + FILES.length) }, () => 'public'));
});

function inputsOf(markup: string): Record<string, string>[] {
  return [...markup.matchAll(/<input\b([^>]*)>/g)].map(([, attributes = '']) =>
    Object.fromEntries(
      [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    ),
  );
}

function withoutTemplates(markup: string): string {
  return markup.replace(/<template.*?<\/template>/gs, '');
}
