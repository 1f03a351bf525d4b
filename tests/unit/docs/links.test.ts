import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../../support/markdown.ts';

const pages = readdirSync('.', { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
  .map(({ name }) => name)
  .concat(
    readdirSync('docs', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  .sort();

it('looks at the whole tree of documents', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'docs/reference/errors.md']));
});

describe.each(pages)('%s', (page) => {
  const { links, anchors } = readMarkdown(readFileSync(page, 'utf8'));

  it('leads nowhere that is not there', () => {
    expect(links.flatMap((link) => brokenness(page, link))).toEqual([]);
  });

  it('has no two headings of one name, so that a link into it stays true', () => {
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
    expect(
      anchors.filter((anchor) => /-\d+$/.test(anchor) && anchors.includes(anchor.replace(/-\d+$/, ''))),
    ).toEqual([]);
  });
});

// The reader of pages is what all of this rests on.
describe('a page of Markdown', () => {
  it('has the anchors that GitHub makes of its headings', () => {
    const text = [
      '# Limits & locks: “what”?',
      '## `gatehouse mail list`',
      '### `account_locked`',
      '## [Linked](x.md) **bold** 1.',
      '## Twice',
      '## Twice',
      '```sh',
      '# a comment',
      '```',
      '<a id="by-hand"></a>',
    ].join('\n');

    expect(readMarkdown(text).anchors).toEqual([
      'limits--locks-what',
      'gatehouse-mail-list',
      'account_locked',
      'linked-bold-1',
      'twice',
      'twice-1',
      'by-hand',
    ]);
  });

  it('has the links that are not code', () => {
    const text = [
      '[one](a.md#b) and [two](<c.md> "title"), `[no](no.md)`',
      '![picture](d.png)',
      '[three][ref]',
      '',
      '[ref]: e.md',
      '```',
      '[no](no.md)',
      '```',
    ].join('\n');

    expect(readMarkdown(text).links).toEqual(['a.md#b', 'c.md', 'd.png', 'e.md']);
  });
});

/** What is wrong with a link, if anything. Other sites are not asked. */
function brokenness(page: string, link: string): readonly string[] {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return [];
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), decodeURI(path)));
  if (!existsSync(target)) return [`${link}: there is no ${target}`];
  if (anchor === undefined || statSync(target).isDirectory() || !target.endsWith('.md')) return [];
  const { anchors } = readMarkdown(readFileSync(target, 'utf8'));
  return anchors.includes(anchor) ? [] : [`${link}: ${target} has no such heading`];
}
