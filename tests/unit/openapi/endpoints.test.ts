import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiDocument, readApiDocument } from '../../../app/docs/api-document.ts';
import { curl } from '../../../app/docs/curl.ts';
import { renderEndpoints } from '../../../app/docs/endpoints.ts';
import { renderFields } from '../../../app/docs/fields.ts';

const REQUEST = {
  method: 'POST',
  path: '/auth/login',
  takesBearer: false,
  body: null,
  readsCookies: false,
  writesCookies: false,
};

describe('a command', () => {
  it('names the method where curl would take another', () => {
    const [get, post, sent, removed] = [
      curl({ ...REQUEST, method: 'GET' }),
      curl(REQUEST),
      curl({ ...REQUEST, body: { a: 1 } }),
      curl({ ...REQUEST, method: 'DELETE', body: { a: 1 } }),
    ];

    expect(get).toBe('curl -sS --fail-with-body "$BASE/auth/login"');
    expect(post).toContain(' -X POST ');
    expect(sent).not.toContain('-X');
    expect(removed).toContain(' -X DELETE ');
  });

  it('brings what the request needs: the token, the cookies, the body', () => {
    const command = curl({
      ...REQUEST,
      takesBearer: true,
      readsCookies: true,
      writesCookies: true,
      body: { a: true },
    });

    expect(command.split(' \\\n  ')).toEqual([
      'curl -sS --fail-with-body "$BASE/auth/login" --cookie "$COOKIES" --cookie-jar "$COOKIES"',
      '-H "Authorization: Bearer $TOKEN"',
      "-H 'Content-Type: application/json'",
      `-d '{"a":true}'`,
    ]);
  });

  it('keeps the cookies that an answer does not touch', () => {
    expect(curl({ ...REQUEST, writesCookies: true })).toContain(
      '--cookie "$COOKIES" --cookie-jar "$COOKIES"',
    );
  });

  it('leaves to the shell what differs from run to run', () => {
    const command = curl({
      ...REQUEST,
      path: '/auth/sessions/{id}/{part}',
      body: { token: 'AQ…', name: 'x' },
    });

    expect(command).toContain('"$BASE/auth/sessions/$SESSION_ID/$PART"');
    expect(command).toContain(`-d '{"token":"'"$LINK_TOKEN"'","name":"x"}'`);
  });

  it('survives a quotation mark in the body', () => {
    expect(curl({ ...REQUEST, body: { name: "Ada's" } })).toContain(`-d '{"name":"Ada'\\''s"}'`);
  });
});

describe('a table of what is taken', () => {
  it('says of each field its type, its limits and whether it is required', () => {
    const schema = {
      required: ['email'],
      properties: {
        email: { type: 'string', format: 'email', maxLength: 254, description: 'One | address' },
        kind: { type: 'string', enum: ['a', 'b'] },
        count: { type: ['integer', 'null'], minimum: 1, maximum: 2, default: 1 },
        code: { type: 'string', minLength: 8, pattern: '^[0-9]+$' },
      },
    };
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'Which' },
      { name: 'refresh_token', in: 'cookie', schema: { type: 'string' } },
    ];

    const [table = ''] = renderFields({
      requestBody: { content: { 'application/json': { schema } } },
      parameters,
    });

    expect(table.split('\n').slice(2)).toEqual([
      '| `email` | string, email | at most 254 characters | yes | One \\| address |',
      '| `kind` | `"a"` or `"b"` |  | no |  |',
      '| `count` | integer or null | at least 1, at most 2, 1 where it is left out | no |  |',
      '| `code` | string | at least 8 characters, `^[0-9]+$` | no |  |',
      '| `id` (path) | string |  | yes | Which |',
    ]);
  });

  it('is left out where nothing is taken', () => {
    expect(renderFields({ requestBody: {}, parameters: [] })).toEqual([]);
  });
});

describe('the page', () => {
  let api: ApiDocument;
  let page: string;

  beforeAll(async () => {
    api = await readApiDocument();
    page = renderEndpoints({ api });
  });

  const section = (name: string) => page.split('\n### ').find((part) => part.startsWith(`${name}\n`)) ?? '';

  it('says who may call, how it is limited and which cookies it sets and clears', () => {
    expect(section('POST /auth/login')).toContain('- **Who:** `public`: anyone.');
    expect(section('POST /auth/login')).toMatch(
      /\*\*Limit:\*\* `credential`: 5 a minute .*50 for all.*1200 a minute/,
    );
    expect(section('POST /auth/login')).toMatch(/\*\*\[Cookies\].*200: sets `refresh_token`.*401: clears/);
    expect(section('GET /auth/config')).toMatch(/\*\*Limit:\*\* `public`: 1200 a minute/);
    expect(section('GET /auth/me')).toContain('- **Who:** `own`: the bearer of a live session');
    expect(section('GET /auth/me')).toContain('- **Limit:** none');
  });

  it('names the statuses with their codes, each a link, and the headers that matter', () => {
    expect(section('POST /auth/login')).toContain(
      '| 429 | [`account_locked`](errors.md#account_locked), [`rate_limited`](errors.md#rate_limited) | `Retry-After` |',
    );
    expect(section('GET /auth/me')).toMatch(/^\| 401 \| .*token_missing.* \| `WWW-Authenticate` \|$/m);
    // A refusal that several operations share is told at each of them.
    expect(section('GET /auth/config')).toContain(
      '| 503 | [`unavailable`](errors.md#unavailable) | `Retry-After` |',
    );
  });

  it('is the same each time', async () => {
    expect(renderEndpoints({ api: await readApiDocument() })).toBe(page);
  });
});
