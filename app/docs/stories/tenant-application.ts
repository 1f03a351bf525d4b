import type { ActorStories } from './story.ts';

/** What an application does that signs its users in by Gatehouse. */
export const TENANT_APPLICATION: ActorStories = {
  actor: 'tenant application',
  article: 'a',
  stories: [
    {
      can: 'verify the access tokens of my users by published keys, in my code or in nginx, and refuse those of any other tenant',
      soThat: 'no request of mine waits for Gatehouse',
      capability: 'Access tokens',
      routes: ['GET /.well-known/jwks.json'],
      tests: {
        'tests/e2e/verify-tokens.test.ts': [
          'takes the tokens of its tenant and refuses all others, with one request for JWKS',
        ],
        'tests/e2e/verify-tokens-nginx.test.ts': [
          'nginx as the guide has it > lets the tenant’s tokens through and no others, and tells the application whose they are',
        ],
        'tests/http/auth/access-token.test.ts': ['an access token > is for the tenant of its user alone'],
        'tests/http/operations/jwks.test.ts': [
          '200 > may be kept for five minutes, and says by which tag to ask again',
        ],
      },
    },
    {
      can: 'read from a token who the user is, of which tenant, in which session, with which roles and since when',
      soThat: 'I need no request for it',
      tests: {
        'tests/http/auth/access-token.test.ts': [
          'an access token > says who, where, how and until when, and nothing else',
          'an access token > tells of the address and the roles as they are when it is made',
          'an access token > keeps the time of the sign-in over refreshes',
        ],
      },
    },
    {
      can: 'ask whether a session still lives, and what its user may do at this moment',
      soThat: 'a log out counts within a second where 15 minutes are too late',
      capability: 'An ended session is refused',
      routes: ['GET /auth/me'],
      tests: {
        'tests/http/auth/me.test.ts': [
          '200 > says who one is, where, in which session and with which rights',
          '200 > tells the truth of this moment, whatever the token says',
        ],
        'tests/e2e/verify-tokens-nginx.test.ts': [
          'nginx as the guide has it > notices at once, where it asks Gatehouse, that a session ended',
        ],
      },
    },
    {
      can: 'ask how one signs up and in at my tenant',
      soThat: 'my pages show what is possible there',
      routes: ['GET /auth/config'],
      tests: {
        'tests/http/auth/config.test.ts': [
          '200 > tells of the default tenant how one signs up and in',
          '200 > tells of the tenant that X-Tenant names by slug or id, with what it has set itself',
        ],
      },
    },
    {
      can: 'name my tenant in one header, or leave that to the credential',
      soThat: 'one Gatehouse serves many applications',
      tests: {
        'tests/http/auth/login.test.ts': [
          '200 > signs in the other person of that address where X-Tenant names their tenant by %s',
        ],
        'tests/http/auth/refresh.test.ts': [
          '200 > finds the tenant in the token, whether X-Tenant names it by slug, by id or not at all',
        ],
      },
    },
    {
      can: 'call Gatehouse from pages of another origin, where my tenant or the operator lists it',
      soThat: 'I can be a browser application',
      capability: 'CORS and the `Origin` check',
      tests: {
        'tests/http/conventions/cors.test.ts': [
          'a preflight > is answered for %s',
          "the request itself > may be read by an origin of its tenant's, and of no other tenant's",
          'the request itself > is not to be read by a stranger',
        ],
      },
    },
    {
      can: 'rely on the cookies of my users acting for my own pages alone',
      soThat: 'no other site acts in their name',
      tests: {
        'tests/security/cookie-routes.test.ts': [
          'does nothing with the cookies that come from %s',
          'a route that acts by cookie > %s does so for our own page, and for no other',
        ],
        'tests/security/access-cookie-routes.test.ts': [
          '%s by cookie > changes nothing for a foreign page, and says why',
        ],
      },
    },
    {
      can: 'leave the access token to a cookie, where the operator has turned that on',
      soThat: 'no script of my pages ever holds one',
      tests: {
        'tests/http/auth/access-cookie.test.ts': [
          'the access token is set as a cookie, as long as it lives and beside the refresh token, > by a sign-in',
          'a request with the cookie > is its user’s, on reads and on writes',
          'a header beside the cookie decides alone > where it is good, whoever the cookie is',
        ],
      },
    },
    {
      can: 'send a refresh again whose answer was lost, and refresh in many tabs at once',
      soThat: 'a bad network signs nobody out',
      tests: {
        'tests/http/auth/refresh-theft.test.ts': [
          'the newest spent token again within the grace > yields the same successor, so that a lost answer harms nothing',
          'the newest spent token again within the grace > yields one successor to sixteen tabs at once',
        ],
      },
    },
    {
      can: 'tell refusals apart by a code of a closed list, each of which is explained',
      soThat: 'I say the right thing to my user',
      tests: {
        'tests/http/openapi/document.test.ts': [
          'each operation > refuses with problems alone, each of the closed list and under its own status',
        ],
        'tests/http/operations/documents.test.ts': [
          'GET /errors > explains each code of the closed list under its own anchor, once',
          'GET /errors > is where the type of every problem leads',
        ],
      },
    },
    {
      can: 'see how many requests are left, and when the next one is taken',
      soThat: 'I wait instead of trying again and again',
      tests: {
        'tests/http/protection/limits.test.ts': [
          'credential routes > %s says what is left',
          'public routes > say what is left to one address, over all of them together',
        ],
      },
    },
    {
      can: 'make a client from an OpenAPI document that has every operation',
      soThat: 'I write none by hand',
      tests: {
        'tests/http/operations/documents.test.ts': [
          'GET /openapi.json > answers the OpenAPI 3.1 document of this very service',
        ],
        'tests/http/openapi/document.test.ts': [
          'the document > holds every route but those that are hidden on purpose, and nothing else',
        ],
      },
    },
    {
      can: 'give a request an id of my own, and find it in the answer, the log and the audit log',
      soThat: 'I can ask the operator about it',
      tests: {
        'tests/http/conventions/request-id.test.ts': [
          'X-Request-ID > comes with every answer, whatever its status',
          'X-Request-ID > finds what a request did in the audit log',
          'the log > tells the start and the end of a request, under its id',
        ],
      },
    },
    {
      can: 'read in development each mail that my users would get, within a second',
      soThat: 'I try my pages without a mail server',
      tests: {
        'tests/http/operations/dev-mailbox.test.ts': [
          '200 > tells a mail whole, its token and links apart',
          '200 > shows mail of the running worker within a second of its change',
        ],
      },
    },
  ],
  notYet: [
    'ask whether a user may do something to a resource (permissions)',
    'send users to Gatehouse’s own sign-in pages, or rely on it as an OpenID Connect provider',
    'get webhooks, or provision users by SCIM',
    'have an audience of my own, a URI in place of the tenant’s id',
  ],
};
