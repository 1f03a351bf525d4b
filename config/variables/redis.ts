import { certificates } from '../certificates.ts';
import { choice } from '../parsers.ts';
import { redisUrl } from '../redis-url.ts';
import type { Variable } from '../variable.ts';

/** Redis: what makes limits hold over several processes. */
export const REDIS = {
  REDIS_URL: {
    name: 'REDIS_URL',
    group: 'Redis',
    description:
      'Redis (6 or later). With it limits are counted over all processes, without it in each process by itself; with Redis away they are halved.',
    parser: redisUrl,
    default: null,
    defaultNote: 'in-process (development and test only)',
    example: 'rediss://:PASSWORD@redis.example.com:6379/0',
    isSecret: true,
    demandedBy: ['server'],
    productionRule: {
      says: 'a `REDIS_URL` without a password',
      refuse: (text) =>
        new URL(text).password === '' ? 'must hold a password in staging and production' : null,
    },
  },
  REDIS_TLS: {
    name: 'REDIS_TLS',
    group: 'Redis',
    description:
      'TLS of the connection to Redis. `verify` checks the certificate of a `rediss://` URL, and staging and production take no other URL; `disable` is for `redis://`.',
    parser: choice(['verify', 'disable']),
    default: 'verify',
    example: 'verify',
  },
  REDIS_CA: {
    name: 'REDIS_CA',
    group: 'Redis',
    description: 'The authorities that may have signed the certificate of Redis.',
    parser: certificates,
    default: null,
    defaultNote: "the system's authorities",
    example: '/etc/ssl/certs/redis-ca.pem',
  },
} satisfies Readonly<Record<string, Variable<unknown>>>;
