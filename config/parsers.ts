import { isIP } from 'node:net';
import type { Parser } from './variable.ts';

/** Any text that `pattern` takes; `values` says which in words. */
export function matching(pattern: RegExp, values: string): Parser<string> {
  return {
    values,
    parse: (text) => (pattern.test(text) ? { value: text } : { reason: `must be ${values}` }),
  };
}

/** Where to listen or to connect to, without a port. */
export const host: Parser<string> = {
  values: 'an IP address or a host name, without a port',
  parse: (text) => (isHost(text) ? { value: text } : { reason: `must be ${host.values}` }),
};

/** A host, or the absolute path of the folder of a Unix socket. */
export const hostOrSocket: Parser<string> = {
  values: `${host.values}, or the absolute path of a folder`,
  parse: (text) =>
    isHost(text) || /^\/[^\0]*$/.test(text) ? { value: text } : { reason: `must be ${hostOrSocket.values}` },
};

/** A whole number in decimal digits, both ends included. No sign, no fraction, no leading zero. */
export function integer(min: number, max: number, unit = ''): Parser<number> {
  const values = `a whole number${unit && ` of ${unit}`} from ${min} to ${max}`;
  return {
    values,
    parse(text) {
      const value = /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? { value } : { reason: `must be ${values}` };
    },
  };
}

/**
 * One of a closed list, letter for letter.
 *
 * @param values the list in words, where an option holds a comma itself
 */
export function choice<const T extends readonly string[]>(
  options: T,
  values = `one of ${options.join(', ')}`,
): Parser<T[number]> {
  return {
    values,
    parse(text) {
      const value = options.find((option) => option === text);
      return value === undefined ? { reason: `must be ${values}` } : { value };
    },
  };
}

/** A switch. */
export const flag: Parser<boolean> = {
  values: 'on or off (also true or false, 1 or 0)',
  parse(text) {
    if (['true', '1', 'on'].includes(text)) return { value: true };
    if (['false', '0', 'off'].includes(text)) return { value: false };
    return { reason: `must be ${flag.values}` };
  },
};

/** An http(s) origin, returned without the trailing slash that it may be written with. */
export const origin: Parser<string> = {
  values: 'an http:// or https:// origin: scheme, host and port, without path, query or credentials',
  parse(text) {
    const url = httpUrl(text);
    const rest = url && [url.search, url.hash, url.username, url.password].join('');
    return url?.pathname === '/' && rest === ''
      ? { value: url.origin }
      : { reason: `must be ${origin.values}` };
  },
};

/** Origins as browsers send them, separated by commas, each once. A wildcard is none. */
export const originList: Parser<readonly string[]> = {
  values: 'origins separated by commas, each as a browser sends it (no path, no trailing slash, no *)',
  parse(text) {
    const entries = text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    if (entries.some((entry) => entry.includes('*'))) {
      return {
        reason:
          'must not hold "*": name each origin, for any site could otherwise act for the signed-in user',
      };
    }
    const areBare = entries.every((entry) => httpUrl(entry)?.origin === entry);
    return areBare ? { value: [...new Set(entries)] } : { reason: `must be ${originList.values}` };
  },
};

function isHost(text: string): boolean {
  return isIP(text) > 0 || /^\w[\w.-]*$/.test(text);
}

function httpUrl(text: string): URL | null {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text) ? new URL(text) : null;
}
