import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../../adapters/http/problems/catalogue.ts';

type FieldProblem = Readonly<{ pointer: string; code: string; detail: string }>;
export type ProblemBody = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: readonly FieldProblem[];
}>;

/** Checks that an answer is the problem of that code, in its whole form, and hands its body on. */
export function expectProblem(response: LightMyRequestResponse, code: ProblemCode): ProblemBody {
  const body = response.body === '' ? null : response.json();
  expect([response.statusCode, body?.code]).toEqual([PROBLEMS[code].status, code]);
  expect(response.headers['content-type']).toBe('application/problem+json');
  const keys = ['type', 'title', 'status', 'detail', 'code', 'request_id'];
  expect(Object.keys(body)).toEqual(code === 'validation_failed' ? [...keys, 'errors'] : keys);
  expect(body).toMatchObject({
    title: PROBLEMS[code].title,
    status: response.statusCode,
    detail: expect.stringMatching(/./),
    request_id: response.headers['x-request-id'],
  });
  expect(new URL(body.type).hash).toBe(`#${code}`);
  // The catalogue says of each code whether its answers tell when to come again.
  expect([code, 'retry-after' in response.headers]).toEqual([code, PROBLEMS[code].retry === 'later']);
  return body;
}

/** Checks a `validation_failed` and that exactly these fields are named, in any order. */
export function expectFields(response: LightMyRequestResponse, ...pointers: readonly string[]): void {
  const { errors = [] } = expectProblem(response, 'validation_failed');
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
  for (const error of errors) expect(Object.keys(error)).toEqual(['pointer', 'code', 'detail']);
}

/** What an answer tells an outsider: all of it but the id of its request, the time, and how often they asked. */
export function toldTo(outsider: LightMyRequestResponse) {
  const {
    'x-request-id': requestId,
    'ratelimit-remaining': _remaining,
    'ratelimit-reset': _reset,
    date: _date,
    ...headers
  } = outsider.headers;
  return {
    status: outsider.statusCode,
    headers,
    body: outsider.body.replaceAll(String(requestId), 'the request id'),
  };
}
