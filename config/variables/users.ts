import { integer, matching } from '../parsers.ts';
import type { Variable } from '../variable.ts';

/** Lives and numbers of what users hold besides their sessions. */
export const USERS = {
  MAGIC_LINK_EXPIRE_MINUTES: {
    name: 'MAGIC_LINK_EXPIRE_MINUTES',
    group: 'Magic links',
    description: 'Life of a magic link and its code.',
    parser: integer(1, 1440, 'minutes'),
    default: '15',
    example: '15',
    isAhead: true,
  },
  MAGIC_LINK_RATE_LIMIT: {
    name: 'MAGIC_LINK_RATE_LIMIT',
    group: 'Magic links',
    description: 'Magic links for one address in five minutes.',
    parser: integer(1, 1000, 'links'),
    default: '2',
    example: '2',
    isAhead: true,
  },
  PASSWORD_RESET_EXPIRE_MINUTES: {
    name: 'PASSWORD_RESET_EXPIRE_MINUTES',
    group: 'Passwords',
    description: 'Life of a password reset link.',
    parser: integer(1, 1440, 'minutes'),
    default: '30',
    example: '30',
    isAhead: true,
  },
  ACCOUNT_DELETION_GRACE_DAYS: {
    name: 'ACCOUNT_DELETION_GRACE_DAYS',
    group: 'Accounts',
    description: 'How long a deleted account can be restored before its data is erased.',
    parser: integer(0, 3650, 'days'),
    default: '30',
    example: '30',
    isAhead: true,
  },
  API_KEY_DEFAULT_EXPIRE_DAYS: {
    name: 'API_KEY_DEFAULT_EXPIRE_DAYS',
    group: 'API keys',
    description: 'Life of an API key that was made without one.',
    parser: integer(1, 3650, 'days'),
    default: '365',
    example: '365',
    isAhead: true,
  },
  API_KEY_MAX_PER_USER: {
    name: 'API_KEY_MAX_PER_USER',
    group: 'API keys',
    description: 'Keys that one user may have at once.',
    parser: integer(1, 1000, 'keys'),
    default: '20',
    example: '20',
    isAhead: true,
  },
  GEOIP_DB: {
    name: 'GEOIP_DB',
    group: 'Protection',
    description:
      'File (MaxMind format) that tells the place of an IP address, read at start: the layout of MaxMind, DB-IP or ip-location-db, by country or by city.',
    parser: matching(/^[^\0]+$/, 'the path of a file'),
    default: null,
    defaultNote: 'bundled country data',
    example: '/usr/share/GeoIP/GeoLite2-City.mmdb',
  },
} satisfies Readonly<Record<string, Variable<unknown>>>;
