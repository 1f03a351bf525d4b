import type { FieldProblem } from '../kernel/errors.ts';
import { parseLocale } from '../kernel/locale.ts';
import type { Reading, Rule } from './read-fields.ts';

const ORIGINS_MAX = 100;
const ORIGIN_LENGTH_MAX = 300; // a host name has at most 253 characters
const URL_LENGTH_MAX = 2048;
/** It stands in the subjects of mails and between tags, so nothing in it may end a line or open a tag. */
const NAME = /^[^\p{Cc}\p{Surrogate}\p{Zl}\p{Zp}<>]{1,200}$/u;
const COLOR = /^#[\da-f]{6}$/i;
/** The characters of RFC 3986, and no others: what is stored needs no escaping to stay one URL. */
const HTTPS_URL = /^https:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+$/;
const LOOPBACK = /^(?:(?:[\da-z-]+\.)*localhost|127\.0\.0\.1|\[::1\])$/;

/** A switch. */
export const flag: Rule<boolean> = (value, pointer) =>
  typeof value === 'boolean' ? { value } : bad(pointer, 'wrong_type', 'This must be true or false');

/** The switch of what cannot be off: nobody could sign in then. */
export const alwaysOn: Rule<boolean> = (value, pointer) =>
  value === false
    ? bad(pointer, 'not_allowed', 'This is the one method of this release, so it must stay on')
    : flag(value, pointer);

/** One of a closed list. */
export function oneOf<const T extends readonly string[]>(options: T): Rule<T[number]> {
  return (value, pointer) => {
    const found = options.find((option) => option === value);
    return found === undefined
      ? bad(pointer, 'not_allowed', `This must be one of ${options.join(', ')}`)
      : { value: found };
  };
}

/** A whole number, both ends included. */
export function integer(min: number, max: number): Rule<number> {
  const detail = `This must be a whole number from ${min} to ${max}`;
  return (value, pointer) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return bad(pointer, 'wrong_type', detail);
    return value >= min && value <= max ? { value } : bad(pointer, 'invalid', detail);
  };
}

/** A name as people read it, without what stands around it. */
export const name = text(
  (typed) => (NAME.test(typed.trim()) ? typed.trim() : null),
  'This must be 1–200 characters, no control characters, no "<" and no ">"',
);

/** A colour as `#rrggbb`. */
export const color = text(
  (typed) => (COLOR.test(typed) ? typed.toLowerCase() : null),
  'This must be a colour as #rrggbb',
);

/** The address of something that a browser shows. */
export const httpsUrl = text(
  (typed) => (isHttpsUrl(typed) ? typed : null),
  `This must be an https:// URL of at most ${URL_LENGTH_MAX} characters, without credentials`,
);

/** A BCP 47 tag, in its canonical spelling. */
export const locale = text(parseLocale, 'This must be a BCP 47 language tag');

/** Whom tokens are meant for. Which one a tenant may have, its row tells. */
export const audience = text(
  (typed) => (/^[!-~]+$/.test(typed) && typed.length <= URL_LENGTH_MAX ? typed : null),
  `This must be 1–${URL_LENGTH_MAX} printable ASCII characters without spaces`,
);

const ORIGIN_DETAIL = 'This must be an origin as a browser sends it: no path, no trailing slash, no "*"';

/** Origins whose pages may call the API, as the operator's list takes them. */
export const callerOrigins = originList((url) => /^https?:$/.test(url.protocol), ORIGIN_DETAIL);

/** Origins to which a one-time code is sent: nobody on the way may read it (RFC 9700). */
export const returnOrigins = originList(
  (url) => url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)),
  `${ORIGIN_DETAIL}. Other than https only for this very machine`,
);

function originList(allows: (url: URL) => boolean, detail: string): Rule<readonly string[]> {
  const origin = text((typed) => (isOrigin(typed, allows) ? typed : null), detail);
  return (value, pointer) => {
    if (!Array.isArray(value)) return bad(pointer, 'wrong_type', 'This must be a list of origins');
    if (value.length > ORIGINS_MAX) {
      return bad(pointer, 'too_long', `This must hold at most ${ORIGINS_MAX} origins`);
    }
    const origins = new Set<string>();
    const problems: FieldProblem[] = [];
    for (const [index, entry] of value.entries()) {
      const reading = origin(entry, `${pointer}/${index}`);
      if ('value' in reading) origins.add(reading.value);
      else problems.push(...reading.problems);
    }
    return problems.length > 0 ? { problems } : { value: [...origins] };
  };
}

function isOrigin(typed: string, allows: (url: URL) => boolean): boolean {
  if (typed.length > ORIGIN_LENGTH_MAX || typed.includes('*') || !URL.canParse(typed)) return false;
  const url = new URL(typed);
  return url.origin === typed && allows(url);
}

function isHttpsUrl(typed: string): boolean {
  if (typed.length > URL_LENGTH_MAX || !HTTPS_URL.test(typed) || !URL.canParse(typed)) return false;
  const { username, password } = new URL(typed);
  return username === '' && password === '';
}

/** @param parse the text in the form that is stored, or `null` when it is none */
function text(parse: (typed: string) => string | null, detail: string): Rule<string> {
  return (value, pointer) => {
    if (typeof value !== 'string') return bad(pointer, 'wrong_type', 'This must be a string');
    const parsed = parse(value);
    return parsed === null ? bad(pointer, 'invalid', detail) : { value: parsed };
  };
}

function bad(pointer: string, code: string, detail: string): Reading<never> {
  return { problems: [{ pointer, code, detail }] };
}
