/** How a page of the reference begins. */
type Opening = Readonly<{
  title: string;
  /** Two sentences: what stands here, and what to make of it. */
  says: string;
  /** From where in the code the page is made. */
  source: string;
}>;

/** A page of the reference: its opening, and its parts with an empty line between them. */
export function page({ title, says, source }: Opening, parts: readonly string[]): string {
  const origin = `Generated from ${source} by \`npm run docs\`; a change by hand does not last.`;
  return `${[`# ${title}`, says, origin, ...parts].join('\n\n')}\n`;
}

/** A table whose cells may hold anything but line breaks. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** Each as code, with commas between them; `none` where there are none. */
export function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ') || 'none';
}

/** A block of text as it is. */
export function block(text: string, language: 'json' | 'sh' | 'text'): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
