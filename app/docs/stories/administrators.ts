import type { ActorStories } from './story.ts';

/** What an administrator of one tenant does. Settings are changed by the operator for them, as long as there is no API. */
export const TENANT_ADMIN: ActorStories = {
  actor: 'tenant admin',
  article: 'a',
  stories: [
    {
      can: 'accept an invitation, and have the role that it gives',
      soThat: 'nobody ever knew a password of mine',
      routes: ['POST /auth/invitations/accept'],
      tests: {
        'tests/http/invitations/accept.test.ts': [
          '200 > makes the account of the invited address and signs it in',
          '410 > link_used the second time, and makes nothing more of it',
        ],
      },
    },
    {
      can: 'have sign-up of my tenant closed, or open to the invited alone',
      soThat: 'only those get in whom I want',
      tests: {
        'tests/http/settings/registration.test.ts': [
          'signup > %s turns strangers away, and lets those in who are there',
          'signup > %s takes those who are invited',
        ],
      },
    },
    {
      can: 'have addresses confirmed in my tenant, or not, whatever holds for others',
      soThat: 'I know whom I write to',
      tests: {
        'tests/http/settings/registration.test.ts': [
          'email_verification_required > is asked for by a tenant where the environment does not',
          'email_verification_required > is waived by a tenant where the environment asks for it',
        ],
      },
    },
    {
      can: 'have password rules of my tenant’s own',
      soThat: 'they fit the rules of my company',
      tests: {
        'tests/http/settings/registration.test.ts': [
          'password_policy > replaces each rule by itself',
          'password_policy > may ask for length alone',
        ],
      },
    },
    {
      can: 'have sessions end after fewer days, or on fewer devices, than elsewhere',
      soThat: 'a forgotten device is signed in no longer than I want',
      tests: {
        'tests/http/settings/sessions.test.ts': [
          'session_max_devices > ends the oldest at the number of the tenant, be it smaller or larger than the environment’s',
          'session_inactivity_days > is over on time, and not before',
        ],
      },
    },
    {
      can: 'have accounts of my tenant locked after a number of wrong passwords of my own',
      soThat: 'guessing is stopped as early as I want',
      tests: {
        'tests/http/settings/sessions.test.ts': [
          'lockout > comes after the tenant’s number of wrong passwords and lasts for its minutes',
        ],
      },
    },
    {
      can: 'have my users warned of a sign-in that is not like them, made to sign in afresh, or left alone',
      soThat: 'my application is as strict as it has to be',
      tests: {
        'tests/http/protection/suspicious-activity.test.ts': [
          'a sign-in from the other side of the world a moment later > has its user prove again who they are where the tenant wants that; one from nowhere raises nothing',
          'a sign-in from the other side of the world a moment later > is only audited where the tenant has turned alerts off',
          'many names from one address > are told once, in the log of their tenant, and nobody is mailed',
        ],
      },
    },
    {
      can: 'have the origins of my own pages listed',
      soThat: 'they may call Gatehouse, and no other tenant’s may in my users’ names',
      tests: {
        'tests/http/settings/browsers-and-branding.test.ts': [
          'cors_origins > lets pages call from the next request on, beside those of the operator',
          'cors_origins > decides which pages act by cookie',
        ],
      },
    },
    {
      can: 'have mails in my tenant’s name, and its colour and logo told to my pages',
      soThat: 'my users know whom they deal with',
      tests: {
        'tests/http/settings/browsers-and-branding.test.ts': [
          'branding > is told to sign-in pages, each part of it by itself',
          'branding > names the tenant in its mails, escaped where they are HTML',
        ],
      },
    },
    {
      can: 'rely on no other tenant reading or changing anything of mine',
      soThat: 'I can share a Gatehouse with strangers',
      capability: 'Tenants isolated',
      tests: {
        'tests/isolation/row-level-security.test.ts': [
          'a query that forgot to ask for its tenant > reads no foreign row of any table inside a unit of work',
          'a query that forgot to ask for its tenant > changes no foreign row of any table',
          'a row of another tenant > cannot be put into any table',
        ],
        'tests/integration/catalog.test.ts': [
          'row-level security > is enabled and forced on every tenant table and every partition',
        ],
      },
    },
    {
      can: 'rely on sign-ins, refusals and changes of settings being written into my tenant’s own audit log',
      soThat: 'it is there once it can be read',
      capability: 'Audit events',
      tests: {
        'tests/http/auth/login.test.ts': [
          '200 > is told in the audit log with who and which session',
          '401 invalid_credentials > is told in the audit log of the tenant, with the account where there is one',
        ],
        'tests/http/settings/browsers-and-branding.test.ts': [
          'tells of a change as a notice in the tenant’s own audit log',
        ],
        'tests/integration/audit-partitions.test.ts': [
          'an event > is written with the change that it records, or neither is',
          'an event > lies with its personal part in the partition of its month',
        ],
      },
    },
    {
      can: 'have it written down when a session goes on from another browser or network, or a genuine refresh token is refused, at a sign-out too',
      soThat: 'what happened to an account can be followed later',
      tests: {
        'tests/http/auth/refresh-context.test.ts': [
          'a refresh > from another browser and network tells of both, with no address in the event itself',
          'a sign-out > from elsewhere tells of that beside the end',
        ],
        'tests/http/auth/logout-refresh-cookie.test.ts': [
          'a genuine token that a refresh would refuse is told of, and nothing else comes of it: > %s (%s)',
        ],
      },
    },
  ],
  notYet: [
    'change any of these settings myself: the operator does, by the command line',
    'see, invite, suspend or unlock users',
    'make roles, groups, permissions or API keys',
    'connect a company sign-in, or a domain',
    'read, search or export the audit log',
  ],
};

/** What an administrator of the whole installation does. Nearly all of it is still to come. */
export const PLATFORM_ADMIN: ActorStories = {
  actor: 'platform admin',
  article: 'a',
  stories: [
    {
      can: 'be invited into the tenant `platform`, into which nobody signs up',
      soThat: 'nobody makes themselves one of us',
      tests: {
        'tests/http/invitations/accept.test.ts': [
          '200 > is let in where sign-up is closed and addresses must be verified',
        ],
        'tests/http/auth/register.test.ts': ['403 > keeps the platform closed whatever its settings say'],
      },
    },
  ],
  notYet: [
    'make, suspend or restore tenants over HTTP: the operator makes them by the command line',
    'rotate or retire signing keys over HTTP: the operator does so by the command line',
    'read the audit log of the platform',
  ],
};
