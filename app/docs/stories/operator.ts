import { RUNNING } from './operator-running.ts';
import type { ActorStories } from './story.ts';

/** What whoever runs Gatehouse does. */
export const OPERATOR: ActorStories = {
  actor: 'operator',
  article: 'an',
  stories: [
    {
      can: 'start it from a checkout with nothing else installed, and find everything again after a restart or a kill',
      soThat: 'I can try it in a minute',
      capability: 'Embedded Postgres for development',
      tests: {
        'tests/e2e/first-start.test.ts': [
          'goes from nothing to an owner and a signed-in user, and keeps both over a restart and a kill',
        ],
        'tests/integration/embedded-postgres.test.ts': [
          'keeps what was committed when postgres itself is killed',
        ],
      },
    },
    {
      can: 'make the first owner by a link that works once',
      soThat: 'there is never a default password',
      capability: 'First owner by a one-time link',
      tests: {
        'tests/http/invitations/accept.test.ts': [
          "the first owner's link > makes the owner of the address that is given, which counts as verified",
          "the first owner's link > makes one owner of two links that are used at once; the other is used",
        ],
      },
    },
    {
      can: 'make tenants and administrators by the command line, beside a running server',
      soThat: 'I need no other tool',
      tests: {
        'tests/e2e/command-line.test.ts': [
          'works on the same database as a running server, and answers one JSON object',
        ],
      },
    },
    {
      can: 'change the settings of a tenant while the service runs',
      soThat: 'they hold from the next request on',
      capability: 'Settings of a tenant',
      tests: {
        'tests/e2e/tenant-command.test.ts': [
          'sets up a tenant of a running server, which goes by it from the next request on',
          'says everything that is wrong with a file, and starts nothing for it',
        ],
      },
    },
    {
      can: 'run it on my own Postgres under roles that can neither change the schema nor see all tenants',
      soThat: 'a hole in the service is not a hole in the database',
      capability: 'A Postgres of your own',
      tests: {
        'tests/integration/roles.test.ts': [
          'the pools of the live service > serve as gatehouse_app, no superuser and bypassing nothing',
          'refuseWrongRole > refuses a superuser',
        ],
        'tests/integration/grants.test.ts': ['have no power beyond what is granted to them'],
      },
    },
    {
      can: 'bring the schema forth and back, by number, by id and all the way, and read beforehand what would run',
      soThat: 'I can roll a release back',
      capability: 'Migrations under one lock',
      tests: {
        'tests/e2e/migrate-command.test.ts': [
          'goes forth and back by number, by id and all the way',
          'prints what it would run, and changes nothing',
          'applies each migration once, when four start at once on an empty database',
        ],
        'tests/integration/migrations-back.test.ts': [
          'up, down and up again > leaves the same schema at each single step, and each step back what was before it',
        ],
      },
    },
    {
      can: 'be told of every mistake in the configuration at once, by name and reason and never of a secret, at the start or before it',
      soThat: 'a bad deployment does not start',
      capability: 'Typed configuration',
      tests: {
        'tests/e2e/production-refusals.test.ts': [
          'a complete environment > is refused with $change: one message, about $name alone, without a secret',
          'an environment of nothing > is refused in %s, all that is missing at once',
          'config check > demands all that the server does, and says the same',
        ],
        'tests/e2e/command-line.test.ts': [
          'checks the configuration of an environment and makes secrets that pass',
        ],
      },
    },
    {
      can: 'give each secret as a file',
      soThat: 'a secret manager can mount it',
      tests: {
        'tests/unit/config/secrets.test.ts': [
          'NAME_FILE > is read for every secret',
          'NAME_FILE > gives the content without the newline at its end, to production too',
        ],
      },
    },
    {
      can: 'follow a guide from nothing to a production in which the first administrator signs in',
      soThat: 'I forget nothing that matters',
      tests: {
        'tests/e2e/operations/guide.test.ts': [
          'the production guide > leads from nothing to a server that the first administrator signs in to',
        ],
        'tests/e2e/operations/database-tls.test.ts': [
          'TLS to Postgres in production > is checked, certificate and host name, and used for every connection',
        ],
      },
    },
    {
      can: 'run what the production image holds as an account of its own, out of a tree that cannot be written to, behind the nginx that is shipped',
      soThat: 'whoever breaks in finds little and changes nothing',
      capability: 'Container image',
      tests: {
        'tests/e2e/packaging/image.test.ts': [
          'the production image > holds what runs and nothing else',
          'the production image > migrates, serves and mails out of a tree that it cannot write to, and ends in time',
        ],
        'tests/e2e/packaging/nginx.test.ts': [
          'nginx, with the configuration that is shipped > registers, signs in, refreshes and logs out through it',
        ],
      },
    },
    {
      can: 'choose the algorithm of the signing key before the first start',
      soThat: 'it fits what my applications verify',
      tests: {
        'tests/http/operations/jwks.test.ts': ['200 > publishes a key for %s where JWT_ALGORITHM says so'],
      },
    },
    ...RUNNING,
  ],
  notYet: ['verify the audit log offline', 'import users'],
};
