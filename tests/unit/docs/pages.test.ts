import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { COOKIES } from '../../../adapters/http/cookie-table.ts';
import { PROBLEMS } from '../../../adapters/http/problems/catalogue.ts';
import { CATALOGUE } from '../../../adapters/metrics/catalogue.ts';
import { buildProgram } from '../../../app/cli/program.ts';
import { type ApiDocument, operationsOf, readApiDocument } from '../../../app/docs/api-document.ts';
import { renderAuditEvents } from '../../../app/docs/audit-events.ts';
import { commandsOf, renderCli } from '../../../app/docs/cli.ts';
import { renderCookies } from '../../../app/docs/cookies.ts';
import { renderErrors } from '../../../app/docs/errors.ts';
import { renderLimits } from '../../../app/docs/limits.ts';
import { renderScopes } from '../../../app/docs/scopes.ts';
import { ALL_SETTINGS } from '../../../app/docs/setting-table.ts';
import { renderSettings } from '../../../app/docs/settings.ts';
import { VARIABLES } from '../../../config/variables/index.ts';
import { AUDIT_EVENT_TYPES } from '../../../core/audit/index.ts';
import { BUILT_IN_ROLES, SCOPES } from '../../../core/roles/index.ts';
import { parseUsername } from '../../../core/users/index.ts';
import { readMarkdown } from '../../support/markdown.ts';

let api: ApiDocument;
beforeAll(async () => {
  api = await readApiDocument();
});

describe('every page of the reference', () => {
  const pages = readdirSync('docs/reference').filter((name) => name.endsWith('.md'));

  it.each(pages)('%s opens with what stands there, and says that it is generated', (name) => {
    const [title = '', says = '', origin = ''] = readFileSync(`docs/reference/${name}`, 'utf8').split('\n\n');

    expect(title).toMatch(/^# [A-Z]/);
    expect(says.replaceAll('\n', ' ')).toMatch(/^[^#<|].*[.:] [^ ].*\.$/);
    expect(origin.replaceAll('\n', ' ')).toMatch(/^Generated from .* by `npm run docs`/);
  });

  it('has tables whose rows have as many cells as their headings', () => {
    for (const name of pages) {
      const tables = readFileSync(`docs/reference/${name}`, 'utf8').match(/(?:^\|.*\n)+/gm) ?? [];
      for (const table of tables) {
        const cells = table
          .trim()
          .split('\n')
          .map((row) => row.split(/(?<!\\)\|/).length);
        expect.soft([name, table, new Set(cells).size]).toEqual([name, table, 1]);
      }
    }
  });
});

describe('the page of error codes', () => {
  it('explains each code under an anchor of its own name', () => {
    const { anchors } = readMarkdown(renderErrors({ api }));
    expect(anchors.slice(3)).toEqual(Object.keys(PROBLEMS).sort());
  });

  it('says in whole sentences what each means and what can be done', () => {
    const text = renderErrors({ api });
    for (const [code, { title, meaning, remedy }] of Object.entries(PROBLEMS)) {
      expect.soft([code, title]).toEqual([code, expect.stringMatching(/^[A-Z].*[^.]$/)]);
      for (const prose of [meaning, remedy]) {
        expect.soft([code, prose]).toEqual([code, expect.stringMatching(/^[`A-Z/].*\.$/)]);
        expect.soft(prose.split('`').length % 2, prose).toBe(1);
        expect.soft(text).toContain(prose);
      }
    }
  });

  it('names every route that declares a code, and no other', () => {
    const declaring = (code: string) =>
      operationsOf(api)
        .filter(({ answers }) => answers.some(({ codes }) => codes.includes(code)))
        .map(({ method, path }) => `\`${method} ${path}\``);

    const sections = renderErrors({ api }).split('\n### `').slice(1);

    for (const section of sections) {
      const code = section.slice(0, section.indexOf('`'));
      const [, answering = ''] = section.split('**Answered by:** ');
      const routes = answering.match(/`[A-Z]+ \/[^`]*`/g) ?? [];
      expect.soft([code, routes]).toEqual([code, declaring(code)]);
    }
    expect(
      sections.filter((section) => section.includes('any route')).map((section) => section.split('`')[0]),
    ).toEqual([
      'headers_too_large',
      'https_required',
      'method_not_allowed',
      'request_malformed',
      'request_timeout',
      'route_not_found',
    ]);
  });
});

describe('the other pages', () => {
  it('have a row for every scope, and for every role with what it holds', () => {
    const text = renderScopes();
    for (const [scope, description] of Object.entries(SCOPES)) {
      const holders = Object.entries<readonly string[]>(BUILT_IN_ROLES).filter(([, held]) =>
        held.includes(scope),
      );
      const names = holders.map(([role]) => `\`${role}\``).join(', ');
      expect.soft(text).toContain(`| \`${scope}\` | ${description} | ${names} |`);
    }
    for (const role of Object.keys(BUILT_IN_ROLES)) expect.soft(text).toContain(`\n| \`${role}\` | `);
  });

  it('may say that no route asks for a scope beyond a member’s for as long as that is so', () => {
    const accesses = new Set(operationsOf(api).map(({ access }) => access));
    expect(['public', 'session', 'fresh_session', 'own', 'ended_session']).toEqual(
      expect.arrayContaining([...accesses]),
    );
  });

  it('have a section for every cookie', () => {
    const { anchors } = readMarkdown(renderCookies());
    const names = Object.values(COOKIES).map(({ name }) => name.toLowerCase());
    expect(anchors).toEqual(expect.arrayContaining(names));
  });

  it('file every route that is limited under its class, once', () => {
    const [, rest = ''] = renderLimits({ api }).split('### Routes of each class');
    const [rows = ''] = rest.split('\n## ');
    for (const { method, path, limit } of operationsOf(api)) {
      const filed = rows.split('\n').filter((row) => row.includes(`\`${method} ${path}\``));
      expect
        .soft([path, filed.map((row) => row.split(' | ')[0])])
        .toEqual([path, limit ? [`| ${limit}`] : []]);
    }
  });

  it('tell every limit that a variable sets, and what the code holds a username to', () => {
    const text = renderLimits({ api });
    const names = Object.keys(VARIABLES).filter((name) =>
      /RATE_LIMIT|MAX_LOGIN|LOCKOUT|POOL_MAX|MAX_DEVICES/.test(name),
    );
    const inForce = names.filter((name) => name !== 'MAGIC_LINK_RATE_LIMIT');

    expect(inForce.length).toBeGreaterThan(5);
    for (const name of inForce) expect.soft(text).toContain(`\`${name}\` (`);
    expect(text).toContain('3 to 32 of `a–z 0–9 . _ -`, a letter first');
    expect(
      ['ab', 'abc', 'a'.repeat(32), 'a'.repeat(33), '1bc', 'a.b_c-1'].map(
        (each) => parseUsername(each) !== null,
      ),
    ).toEqual([false, true, true, false, false, true]);
  });

  it('have a section for every command, with every option of it', async () => {
    const text = await renderCli();
    const commands = commandsOf(buildProgram());
    expect(commands.length).toBeGreaterThan(10);
    for (const { words, command } of commands) {
      const [, section = ''] = text.split(`## \`gatehouse ${words}\`\n`);
      const [own = ''] = section.split('\n## ');
      for (const { flags } of command.options) expect.soft(own, words).toContain(`| \`${flags}\` | `);
      expect.soft(own, words).toContain(`${command.description()}.`);
    }
  });

  it('have a row for every audit event with each field of its data', () => {
    const rows = renderAuditEvents().split('\n');
    for (const [type, { severity, data }] of Object.entries(AUDIT_EVENT_TYPES)) {
      const [row = '', ...others] = rows.filter((each) => each.startsWith(`| \`${type}\` | ${severity} | `));
      expect.soft([type, others]).toEqual([type, []]);
      for (const [field, what] of Object.entries(data)) expect.soft(row).toContain(`\`${field}\`: ${what}`);
    }
  });

  it('have a row for every setting of a tenant', () => {
    const text = renderSettings();
    for (const [pointer] of ALL_SETTINGS)
      expect.soft(text).toContain(`\n| \`${pointer.slice(1).replace('/', '.')}\` | `);
  });

  it('have a row for every metric', () => {
    const text = readFileSync('docs/reference/metrics.md', 'utf8');
    for (const name of Object.keys(CATALOGUE)) expect.soft(text).toContain(`\n| \`${name}\` | `);
  });
});
