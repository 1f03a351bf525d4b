import type { Parser } from './variable.ts';

/** A Redis connection string: host, port, user, password and number of the database, nothing else. */
export const redisUrl: Parser<string> = {
  values: 'a redis:// or rediss:// URL with reserved characters percent-encoded',
  parse: (text) => (isRedisUrl(text) ? { value: text } : { reason: `must be ${redisUrl.values}` }),
};

function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, search, hash, username, password } = new URL(text);
  const isBare = hostname !== '' && search === '' && hash === '';
  return isBare && /^(?:\/\d{0,4})?$/.test(pathname) && isDecodable(`${username}${password}`);
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== null;
  } catch {
    return false;
  }
}
