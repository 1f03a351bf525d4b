/** What a reader of GitHub's rendering can follow: the links of a page, and the anchors that lead into it. */
export type MarkdownPage = Readonly<{
  /** Targets as they are written, without titles; those inside code are none. */
  links: readonly string[];
  /** By GitHub's rules, in the order of the headings; a second one of a name ends in `-1`. */
  anchors: readonly string[];
}>;

/** Reads a page of Markdown as far as its links and anchors go. */
export function readMarkdown(text: string): MarkdownPage {
  const prose = withoutBlocks(text);
  const plain = prose.replace(/(`+)(?:(?!\1)[\s\S])*?\1/g, (code) => 'x'.repeat(code.length));
  const inline = [
    ...plain.matchAll(/\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+"[^"]*")?\s*\)/g),
  ];
  const defined = [...plain.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/gm)];
  const tags = [...plain.matchAll(/<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]+)"/g)];
  return {
    links: [...inline, ...defined, ...tags].map(([, target = '']) => target),
    anchors: anchorsOf(prose),
  };
}

function anchorsOf(prose: string): readonly string[] {
  const seen = new Map<string, number>();
  const headings = [...prose.matchAll(/^ {0,3}#{1,6} +(.+?) *#* *$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const named = [...prose.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map(([, name = '']) => name);
  // One that repeats the heading beside it leads to the same place.
  return [...headings, ...named.filter((name) => !headings.includes(name))];
}

/** Lower case; letters, digits, `_` and `-` alone; a hyphen for each space. What marks code, a link or stress is not there. */
function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/\*+/g, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Fenced blocks hold examples, and comments nothing that is seen. */
function withoutBlocks(text: string): string {
  return text.replace(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2[^\n]*$/gm, '').replace(/<!--[\s\S]*?-->/g, '');
}
