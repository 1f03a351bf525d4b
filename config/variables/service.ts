import { isTooWide, networkList } from '../networks.ts';
import { choice, flag, host, integer, matching, origin, originList } from '../parsers.ts';
import { ENVIRONMENTS, localOrDeployed, type Variable } from '../variable.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The service itself: where it runs, where it listens, what it shows. */
export const SERVICE = {
  ENVIRONMENT: {
    name: 'ENVIRONMENT',
    group: 'Service',
    description:
      'What this process is for. `test` is `development` without the banner, `/dev/*` and `.env`; `staging` is `production` by another name.',
    parser: choice(ENVIRONMENTS),
    default: 'development',
    example: 'production',
    readBy: ['owner', 'port'],
  },
  HOST: {
    name: 'HOST',
    group: 'Service',
    description: 'Address that the server listens on.',
    parser: host,
    default: localOrDeployed('127.0.0.1', '0.0.0.0'),
    example: '127.0.0.1',
    readBy: ['port'],
  },
  PORT: {
    name: 'PORT',
    group: 'Service',
    description: 'Port that the server listens on. In development and test 0 takes any free one.',
    parser: integer(0, 65_535),
    default: '8080',
    example: '8080',
    readBy: ['port'],
    productionRule: {
      says: '`PORT` 0',
      refuse: (text) => (text === '0' ? 'must be from 1 to 65535 in staging and production' : null),
    },
  },
  PUBLIC_URL: {
    name: 'PUBLIC_URL',
    group: 'Service',
    description:
      'Where people and applications reach this service: issuer of the tokens, base of every link.',
    parser: origin,
    default: null,
    defaultNote: '`http://localhost:PORT`',
    example: 'https://auth.example.com',
    demandedBy: ['server'],
    productionRule: {
      says: 'a `PUBLIC_URL` that begins with `http://`',
      refuse: (text) =>
        new URL(text).protocol === 'http:' ? 'must begin with https:// in staging and production' : null,
    },
  },
  DATA_DIR: {
    name: 'DATA_DIR',
    group: 'Service',
    description:
      'Folder of the embedded PostgreSQL and of the generated secret key; relative to the working directory. Unused where `DATABASE_URL` and `SECRET_KEY` are set.',
    parser: matching(/^[^\0]+$/, 'the path of a folder'),
    default: './.gatehouse',
    example: './.gatehouse',
    readBy: ['owner'],
  },
  LOG_LEVEL: {
    name: 'LOG_LEVEL',
    group: 'Service',
    description: 'The least important log lines that are still written.',
    parser: choice(LOG_LEVELS),
    default: { development: 'debug', staging: 'info', production: 'warn', test: 'warn' },
    example: 'info',
    readBy: ['owner'],
  },
  CORS_ORIGINS: {
    name: 'CORS_ORIGINS',
    group: 'Service',
    description:
      'Web applications whose pages may call the API from a browser. Tenants add their own. `*` is refused in every environment.',
    parser: originList,
    default: localOrDeployed('http://localhost:5173', null),
    example: 'https://app.example.com,https://admin.example.com',
  },
  TRUST_PROXY: {
    name: 'TRUST_PROXY',
    group: 'Service',
    description:
      'Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, read from the right. Forwarded headers from anywhere else are ignored, with one warning.',
    parser: networkList,
    default: 'none',
    example: '10.0.3.7',
    demandedBy: ['server'],
    productionRule: {
      says: 'a network in `TRUST_PROXY` wider than `/8` (IPv6: `/7`), which lets strangers say who they are',
      refuse: (text) => (isTooWide(text) ? 'must not trust a network wider than /8 (IPv6: /7)' : null),
    },
  },
  METRICS_USER: {
    name: 'METRICS_USER',
    group: 'Service',
    description:
      'User of `/metrics` (Basic authentication); together with `METRICS_PASS`. Without both, `/metrics` answers loopback alone, in development and test.',
    parser: matching(/^[^\0:]+$/, 'a name without ":"'),
    default: null,
    example: 'prometheus',
    demandedBy: ['server'],
  },
  METRICS_PASS: {
    name: 'METRICS_PASS',
    group: 'Service',
    description: 'Password of `METRICS_USER`.',
    parser: matching(/^[^\0]+$/, 'a password'),
    default: null,
    example: 'PASSWORD',
    isSecret: true,
    demandedBy: ['server'],
  },
  WORKER: {
    name: 'WORKER',
    group: 'Service',
    description:
      'Whether this process runs the jobs over all tenants (mails, sweeps, audit partitions) beside its requests (`on`), leaves them to others (`off`), or runs them alone and serves nothing but probes and metrics (`only`).',
    parser: choice(['on', 'off', 'only']),
    default: 'on',
    example: 'on',
  },
  DOCS: {
    name: 'DOCS',
    group: 'Service',
    description: 'Whether `/docs` and `/openapi.json` are served.',
    parser: flag,
    default: { development: 'on', staging: 'on', production: 'off', test: 'on' },
    example: 'off',
  },
  DEFAULT_TENANT: {
    name: 'DEFAULT_TENANT',
    group: 'Service',
    description: 'Tenant of a request that names none.',
    parser: matching(
      /^(?![\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/,
      'a tenant slug: 2 to 63 of a–z, 0–9 and "-", with a letter or digit at both ends',
    ),
    default: 'default',
    example: 'default',
  },
} satisfies Readonly<Record<string, Variable<unknown>>>;
