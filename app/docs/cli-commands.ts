import { readMigrations } from '../../adapters/postgres/migrations/files.ts';
import type { Need } from '../../config/variable.ts';
import { MAIL_STATUSES } from '../../core/notifications/index.ts';

/** What commander does not know of a command. */
export type CommandNote = Readonly<{
  /** Whose settings it demands; `null`: it reads none. */
  need: Need | null;
  /** What else is to be said; a whole sentence or more. */
  says?: string;
  example: CliExample;
}>;

/** A call and what it answers with `--json`, which a test compares with what a real one prints. */
export type CliExample = Readonly<{
  /** Behind `gatehouse`, without `--json`. */
  args: readonly string[];
  /** What comes on standard input. */
  input?: string;
  answer: unknown;
}>;

const TIME = '2026-01-15T10:00:00.000Z';
const TENANT = {
  id: '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11',
  slug: 'acme',
  name: 'Acme',
  status: 'active',
  settings: {},
  created_at: TIME,
};
const SETTINGS = { signup: 'invite', lockout: { max_attempts: 3 } };
const MAIL = {
  id: '0199d1a1-20c4-7d0e-8b52-6a9f3e1c7d25',
  to: 'ada@example.test',
  template: 'verify_email',
  status: 'waiting',
  attempts: 0,
  tenant_id: '0199d19f-84b2-7a6d-93f0-1c5e7b2a4d38',
  created_at: TIME,
  due_at: TIME,
  last_error: null,
};

const KEY = {
  kid: 'b3f0Jk7pZcV1xq9LrT2mWn8sYdHgUaE4oRiQ6tCvK5w',
  algorithm: 'ES256',
  state: 'active',
  created_at: TIME,
  activates_at: null,
  activated_at: TIME,
  retired_at: null,
  expires_at: null,
};
const NEXT_KID = 'Zt5mC0wQyX2nLdV8sPfR1kGhJ7aEuB9oTi4W6rYqN3c';

/** Every command of this release, by the words that call it, with an example of its answer. */
export async function cliCommands(): Promise<Readonly<Record<string, CommandNote>>> {
  return {
    ...(await migrateCommands()),
    ...TENANT_COMMANDS,
    ...KEY_COMMANDS,
    ...MAIL_COMMANDS,
    ...OTHER_COMMANDS,
  };
}

async function migrateCommands(): Promise<Readonly<Record<string, CommandNote>>> {
  const migrations = await readMigrations();
  const ids = migrations.map(({ id }) => id);
  const [newest, before] = [ids.at(-1) ?? '', ids.at(-2) ?? null];
  const applied = migrations.map(({ id, checksum }) => ({ id, applied_at: TIME, checksum, file: 'same' }));
  return {
    'migrate status': {
      need: 'owner',
      example: { args: ['migrate', 'status'], answer: { current: null, pending: ids } },
    },
    'migrate up': {
      need: 'owner',
      says: 'Without a count all are applied. Any number of processes may call it at once: each migration is applied once. With `--sql` the answer is `{"pending","sql"}`.',
      example: { args: ['migrate', 'up'], answer: { applied: ids, current: newest, pending: [] } },
    },
    'migrate history': {
      need: 'owner',
      example: { args: ['migrate', 'history'], answer: { data: applied } },
    },
    'migrate down': {
      need: 'owner',
      says: 'Without a count one is undone.',
      example: {
        args: ['migrate', 'down'],
        answer: { undone: [newest], current: before, pending: [newest] },
      },
    },
    'migrate stamp': {
      need: 'owner',
      example: {
        args: ['migrate', 'stamp', newest],
        answer: { recorded: [newest], removed: [], current: newest, pending: [] },
      },
    },
  };
}

const TENANT_COMMANDS: Readonly<Record<string, CommandNote>> = {
  'tenant create': {
    need: 'app',
    says: 'A slug that another tenant has is exit 7.',
    example: { args: ['tenant', 'create', '--slug', 'acme', '--name', 'Acme'], answer: TENANT },
  },
  'tenant set': {
    need: 'app',
    says: 'The settings are in [Tenant settings](settings.md). A field or value that is not allowed is exit 2, and then nothing is changed; a slug that no tenant has is exit 6.',
    example: {
      args: ['tenant', 'set', '--slug', 'acme', '--json-file', '-'],
      input: JSON.stringify(SETTINGS),
      answer: { ...TENANT, settings: SETTINGS },
    },
  },
  'tenant list': {
    need: 'app',
    example: {
      args: ['tenant', 'list'],
      answer: {
        data: [
          { ...TENANT, settings: SETTINGS },
          { ...TENANT, slug: 'default', name: 'Default' },
          { ...TENANT, slug: 'platform', name: 'Platform' },
        ],
      },
    },
  },
  'admin create': {
    need: 'app',
    says: 'With a password the account is made at once, and its address counts as verified; without one an invitation is made, and `link` leads to it. A user who is there already gets the role and keeps the password. `platform_admin` outside the tenant `platform` is exit 2.',
    example: {
      args: ['admin', 'create', '--email', 'grace@example.test', '--tenant', 'acme'],
      answer: {
        user: null,
        tenant: { ...TENANT, settings: SETTINGS },
        role: 'owner',
        link: 'http://localhost:8080/accept-invitation#token=AQGZ0aBvXnwbmj4vS4xtDhGk…',
      },
    },
  },
};

const KEY_COMMANDS: Readonly<Record<string, CommandNote>> = {
  'keys list': {
    need: 'app',
    says: '`state` is `next`, `active` or `retired`. `next` is published and signs from `activates_at`, `active` signs since `activated_at`, `retired` verifies until `expires_at`. Nothing of a private key is ever told.',
    example: { args: ['keys', 'list'], answer: { data: [KEY] } },
  },
  'keys rotate': {
    need: 'app',
    says: 'The key that follows signs once it has been published for six minutes, longer than anybody keeps an answer of JWKS: at once where it has been, and otherwise, where a worker runs, within a minute of `activates_at`. With `--immediately` it signs at once in any case. What the old key has signed is good until it expires. Of several calls at the same time one rotates. [Rotate keys](../runbooks/rotate-keys.md) tells more.',
    example: {
      args: ['keys', 'rotate'],
      answer: { active: KEY.kid, next: NEXT_KID, activates_at: '2026-01-15T10:06:00.000Z' },
    },
  },
  'keys retire': {
    need: 'app',
    says: 'Within a second no process publishes it or takes what it has signed. Where it was the active one the next signs in its place. A kid that no key has is exit 6; a key that has ended already stays as it is, exit 0. [A signing key is compromised](../runbooks/key-compromised.md) tells when to use it.',
    example: {
      args: ['keys', 'retire', KEY.kid],
      answer: { ...KEY, state: 'retired', retired_at: TIME, expires_at: TIME },
    },
  },
  'keys reencrypt': {
    need: 'system',
    says: 'It may be repeated, and runs beside servers: what is in use at that moment is left for the next call. Where something is left the exit code is 1, and the older values of `SECRET_KEY` are still needed. [Rotate secrets](../guides/production.md#rotate-secrets) tells when they are not.',
    example: {
      args: ['keys', 'reencrypt'],
      answer: { signing_keys: { resealed: 0, left: 0 }, mails: { resealed: 0, left: 0 } },
    },
  },
};

const MAIL_COMMANDS: Readonly<Record<string, CommandNote>> = {
  'mail list': {
    need: 'system',
    says: `\`status\` is one of ${MAIL_STATUSES.join(', ')}; \`due_at\` is null once a mail waits no more. What a mail says is never told. [Send mail](../guides/send-mail.md) tells what each status means.`,
    example: { args: ['mail', 'list'], answer: { data: [MAIL] } },
  },
  'mail retry': {
    need: 'system',
    says: 'A mail that cannot be sent again is exit 7, an id that no mail has exit 6.',
    example: { args: ['mail', 'retry', MAIL.id], answer: MAIL },
  },
  'mail test': {
    need: 'system',
    says: 'It needs no database. What the SMTP server refuses is exit 1, with its words on standard error; without `SMTP_HOST` exit 2.',
    example: {
      args: ['mail', 'test', '--to', 'you@example.com'],
      answer: { sent: true, reply: '250 OK: message queued' },
    },
  },
};

const OTHER_COMMANDS: Readonly<Record<string, CommandNote>> = {
  'config check': {
    need: 'server',
    says: 'Problems are exit 1, all of them in one message on standard error.',
    example: { args: ['config', 'check'], answer: { valid: true, environment: 'development' } },
  },
  'config generate-secret': {
    need: null,
    example: {
      args: ['config', 'generate-secret'],
      answer: { secret_key: 'made-anew-each-time-and-never-twice-the-same-0123456789-abcdefgh' },
    },
  },
  healthcheck: {
    need: 'port',
    says: 'It asks `/live` within three seconds; no answer, or another than 200, is exit 1.',
    example: { args: ['healthcheck'], answer: { status: 'alive' } },
  },
};
