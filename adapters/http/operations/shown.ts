import { only, type Shown } from '../openapi/shown.ts';

export const LIVE_SHOWN: Shown = { answers: { 200: only('It answers', { status: 'alive' }) } };

export const READY_SHOWN: Shown = {
  answers: {
    200: only('It serves', { status: 'ready' }),
    503: only('It is starting, about to stop, or without its database', { status: 'not ready' }),
  },
};

export const HEALTH_SHOWN: Shown = {
  answers: {
    200: {
      alone: { summary: 'Without Redis', value: { status: 'ok', db: 'ok', redis: 'off' } },
      redis: { summary: 'With Redis', value: { status: 'ok', db: 'ok', redis: 'ok' } },
    },
    503: {
      redis: { summary: 'Redis is away', value: { status: 'error', db: 'ok', redis: 'down' } },
      database: { summary: 'The database is away', value: { status: 'error', db: 'down', redis: 'ok' } },
    },
  },
};

export const JWKS_SHOWN: Shown = {
  parameters: ['IfNoneMatch'],
  answers: {
    200: only('One key', {
      keys: [
        {
          kid: 'oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U',
          kty: 'EC',
          alg: 'ES256',
          use: 'sig',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        },
      ],
    }),
  },
  headers: { 200: ['PublicCache', 'ETag'], 304: ['PublicCache', 'ETag'] },
};

export const METRICS_SHOWN: Shown = {
  answers: {
    200: only(
      'The first lines',
      `# HELP http_requests_total Requests that came to their end; status 499 where the caller went away before the answer
# TYPE http_requests_total counter
http_requests_total{method="POST",route="/auth/login",status="200"} 1
`,
    ),
  },
  headers: { 401: ['BasicChallenge'] },
};
