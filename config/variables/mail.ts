import { choice, host, integer, matching } from '../parsers.ts';
import type { Variable } from '../variable.ts';

/** Mail: the server that takes it, and whom it comes from. */
export const MAIL = {
  SMTP_HOST: {
    name: 'SMTP_HOST',
    group: 'Mail',
    description: 'The SMTP server that mails are handed to.',
    parser: host,
    default: null,
    defaultNote: 'none: mails are kept at `/dev/mailbox` (development) or wait',
    example: 'smtp.example.com',
    demandedBy: ['server'],
  },
  SMTP_PORT: {
    name: 'SMTP_PORT',
    group: 'Mail',
    description: 'Port at `SMTP_HOST`.',
    parser: integer(1, 65_535),
    default: null,
    defaultNote: '587 with `starttls`, 465 with `tls`, 25 with `disable`',
    example: '587',
  },
  SMTP_USER: {
    name: 'SMTP_USER',
    group: 'Mail',
    description: 'User at `SMTP_HOST`; together with `SMTP_PASSWORD`.',
    parser: matching(/^[^\0\r\n]+$/, 'the name of a user'),
    default: null,
    example: 'gatehouse',
  },
  SMTP_PASSWORD: {
    name: 'SMTP_PASSWORD',
    group: 'Mail',
    description: 'Password of `SMTP_USER`.',
    parser: matching(/^[^\0\r\n]+$/, 'a password'),
    default: null,
    example: 'PASSWORD',
    isSecret: true,
  },
  SMTP_FROM: {
    name: 'SMTP_FROM',
    group: 'Mail',
    description:
      'Sender of every mail; the name of the tenant is put before the address where none stands there.',
    parser: matching(
      /^(?:[^\r\n\0<>"@]{0,200}<[^\s<>@",;]{1,64}@[^\s<>@",;]{1,253}>|[^\s<>@",;]{1,64}@[^\s<>@",;]{1,253})$/,
      'one address, alone or as Name <address>',
    ),
    default: null,
    example: 'no-reply@example.com',
    demandedBy: ['server'],
  },
  SMTP_TLS: {
    name: 'SMTP_TLS',
    group: 'Mail',
    description:
      'TLS to `SMTP_HOST`: `starttls` demands it before anything is said, `tls` begins with it, `disable` goes without. A certificate is always checked.',
    parser: choice(['starttls', 'tls', 'disable']),
    default: 'starttls',
    example: 'starttls',
  },
} satisfies Readonly<Record<string, Variable<unknown>>>;
