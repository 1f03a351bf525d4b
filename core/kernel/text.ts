/** A lone surrogate, which no encoding can carry, or the NUL that Postgres cannot store. */
const UNSTORABLE = /[\p{Surrogate}\0]/u;

/** Whether every character of `text` can be stored and sent. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** How many characters a person would count, each Unicode code point as one. */
export function codePointLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
