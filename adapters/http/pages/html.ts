const MARKUP = Symbol('markup');

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to send. Only `html` makes it, so no text that came from outside can pass for it. */
export type Html = Readonly<{ [MARKUP]: string }>;

/** What may stand in a template. `null`, `undefined` and `false` leave nothing behind. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * Writes HTML in which every value is escaped, unless it is itself the result of `html`.
 *
 * Values may stand between tags and in quoted attributes. Unquoted attributes,
 * tag names, scripts and styles are not escaped for: keep values out of them.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((text, index) => text + markupOf(values[index]));
  return { [MARKUP]: parts.join('') };
}

/** The text to send. */
export function renderHtml(content: Html): string {
  return content[MARKUP];
}

/** Text that is safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  if (isMarkup(value)) return value[MARKUP];
  return value.map(markupOf).join('');
}

function isMarkup(value: Html | readonly HtmlValue[]): value is Html {
  return MARKUP in value;
}
