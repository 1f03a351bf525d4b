import { integer } from '../parsers.ts';
import type { Variable } from '../variable.ts';

/** Protection: how often something may be tried. */
export const PROTECTION = {
  MAX_LOGIN_ATTEMPTS: {
    name: 'MAX_LOGIN_ATTEMPTS',
    group: 'Protection',
    description:
      'Wrong passwords for one identifier, or one user, within `ACCOUNT_LOCKOUT_DURATION_MINUTES` that lock it for as long.',
    parser: integer(1, 1000, 'attempts'),
    default: '5',
    example: '5',
  },
  MAX_LOGIN_ATTEMPTS_PER_IP: {
    name: 'MAX_LOGIN_ATTEMPTS_PER_IP',
    group: 'Protection',
    description:
      'Wrong passwords from one IP address in one tenant in the same time that refuse further sign-ins from there.',
    parser: integer(1, 1000, 'attempts'),
    default: '50',
    example: '50',
  },
  ACCOUNT_LOCKOUT_DURATION_MINUTES: {
    name: 'ACCOUNT_LOCKOUT_DURATION_MINUTES',
    group: 'Protection',
    description: 'How long wrong passwords are remembered, and how long a lock lasts.',
    parser: integer(1, 10_080, 'minutes'),
    default: '30',
    example: '30',
  },
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: {
    name: 'RATE_LIMIT_CREDENTIALS_PER_MINUTE',
    group: 'Protection',
    description:
      'Requests to credential routes a minute for one tenant, IP address and identifier; ten times that for one tenant and IP address.',
    parser: integer(1, 1_000_000, 'requests'),
    default: '5',
    example: '5',
  },
  RATE_LIMIT_PUBLIC_PER_MINUTE: {
    name: 'RATE_LIMIT_PUBLIC_PER_MINUTE',
    group: 'Protection',
    description: 'Requests to public routes a minute from one IP address.',
    parser: integer(1, 10_000_000, 'requests'),
    default: '1200',
    example: '1200',
  },
} satisfies Readonly<Record<string, Variable<unknown>>>;
