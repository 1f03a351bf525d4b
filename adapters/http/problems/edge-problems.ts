import type { ProblemKind } from './kind.ts';

/** What only the HTTP edge refuses. */
export const EDGE_PROBLEMS = {
  api_key_invalid: {
    status: 401,
    title: 'The API key is not valid',
    meaning:
      'What came as `X-API-Key` is no key of this service. This release issues none, so it refuses all.',
    remedy: 'Leave the header out and send an access token as `Authorization: Bearer`.',
    retry: 'no',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body of the request is longer than this service reads.',
    remedy: 'Send less: the limits are in the reference, under “Limits”.',
    retry: 'no',
  },
  credentials_ambiguous: {
    status: 400,
    title: 'More than one credential was given',
    meaning:
      'The request holds an access token and an API key, or a refresh token as a cookie and in the body. Nothing was spent.',
    remedy: 'Send one of them.',
    retry: 'no',
  },
  csrf_failed: {
    status: 403,
    title: 'The request comes from a site that may not make it',
    meaning:
      'A browser sent a cookie of this service from the page of an origin that is not allowed to use it. Nothing was done.',
    remedy:
      'Let the operator or the tenant add the origin (`CORS_ORIGINS`, `cors_origins`). A page on another site than this service takes its tokens in the body: `"transport":"token"`.',
    retry: 'no',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The headers of the request are longer than this service reads.',
    remedy:
      'Send fewer headers, or less in them; in a browser, cookies of the same host are the usual cause.',
    retry: 'no',
  },
  https_required: {
    status: 400,
    title: 'The request must be made over https',
    meaning:
      'A proxy took the request over plain http, and it is no GET that could be redirected. Whatever it held went over the wire in the clear.',
    remedy: 'Call the https address, and change a password that was sent.',
    retry: 'no',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong',
    meaning: 'A fault of this service. Nothing more is said of it to the outside.',
    remedy: 'Give the `request_id` to the operator, who finds the cause by it in the log.',
    retry: 'perhaps',
  },
  json_invalid: {
    status: 400,
    title: 'The body is not valid JSON',
    meaning: 'The body cannot be read as JSON in UTF-8.',
    remedy: 'Send valid JSON. No body at all counts as `{}`.',
    retry: 'no',
  },
  media_type_unsupported: {
    status: 415,
    title: 'The body is not JSON',
    meaning: 'The body came with another `Content-Type` than `application/json`.',
    remedy: 'Send JSON, and `Content-Type: application/json`.',
    retry: 'no',
  },
  method_not_allowed: {
    status: 405,
    title: 'The route does not take this method',
    meaning: 'The path is there, but not by this method.',
    remedy: 'Use one of the methods that `Allow` names.',
    retry: 'no',
  },
  metrics_unauthorized: {
    status: 401,
    title: 'The metrics want their user and password',
    meaning: '`/metrics` was asked without its user and password, or with wrong ones.',
    remedy: 'Send `METRICS_USER` and `METRICS_PASS` as Basic authentication.',
    retry: 'no',
  },
  request_malformed: {
    status: 400,
    title: 'The request is not valid HTTP',
    meaning: 'What arrived is no HTTP request, names no `Host` or more than one, or is cut off.',
    remedy: 'Look at what stands between the client and this service: it is seldom the client itself.',
    retry: 'no',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    meaning: 'The request had begun, and was not all there in time. Nothing was done.',
    remedy: 'Send it in one go, over a better line.',
    retry: 'perhaps',
  },
  route_not_found: {
    status: 404,
    title: 'There is no such route',
    meaning:
      'Nothing answers at this path. What is switched off, or served to this very machine alone, looks the same.',
    remedy:
      'Compare the path with the API reference. One `/api` in front is taken away, a second one is not.',
    retry: 'no',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;
