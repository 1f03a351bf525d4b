import type { ActorStories } from './story.ts';

/** What a program does that runs without a person. */
export const SCRIPT: ActorStories = {
  actor: 'script',
  article: 'a',
  stories: [
    {
      can: 'sign in and refresh without cookies, all in JSON bodies',
      soThat: 'I need no browser',
      tests: {
        'tests/http/auth/login.test.ts': [
          '200 > puts the refresh token into the body alone with "transport":"token"',
        ],
        'tests/http/auth/refresh.test.ts': [
          '200 > by body: puts the next token into the body and sets no cookie',
        ],
      },
    },
    {
      can: 'copy the first requests of the README, and a command for every operation',
      soThat: 'I begin with something that works',
      tests: {
        'tests/e2e/readme.test.ts': [
          'shows the banner and first requests as they are, and an offline check that takes the token',
        ],
        'tests/e2e/endpoints.test.ts': [
          'shows a command for every operation, and each is answered as it says',
        ],
      },
    },
    {
      can: 'run the command line and read one JSON object and an exit code that says why',
      soThat: 'I need not read sentences',
      tests: {
        'tests/e2e/command-line.test.ts': [
          'works on the same database as a running server, and answers one JSON object',
          'ends %j with %i',
        ],
      },
    },
    {
      can: 'write `/api/` before each path',
      soThat: 'I can share an origin with an application that keeps its own paths',
      tests: {
        'tests/http/conventions/routing.test.ts': [
          'a leading /api/ > is stripped once, on every kind of route',
        ],
      },
    },
  ],
  notYet: ['act by an API key with scopes in `X-API-Key`'],
};
