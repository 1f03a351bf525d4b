import { PROBLEMS, type ProblemCode } from '../problems/catalogue.ts';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problems/problem.ts';
import { type JsonObject, mapObjects, objectOf, textOf } from './json.ts';
import { detailOf, FIELD_PROBLEMS } from './problem-details.ts';
import { REQUEST_ID } from './samples.ts';

/**
 * One example of every problem there is, as components of the document.
 *
 * @param publicUrl under which `/errors` explains each code
 */
export function problemExamples(publicUrl: string): JsonObject {
  return Object.fromEntries(
    Object.keys(PROBLEMS)
      .filter(isProblemCode)
      .map((code) => [code, { summary: PROBLEMS[code].title, value: exampleOf(publicUrl, code) }]),
  );
}

/** The codes that a refusal names in its description, in that order. */
export function codesOf(response: JsonObject): readonly ProblemCode[] {
  if (!objectOf(response['content'])[PROBLEM_MEDIA_TYPE]) return [];
  const names = [...textOf(response['description']).matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name);
  return names.filter(isProblemCode);
}

/** The same refusal with an example for each of its codes. */
export function withProblemExamples(response: JsonObject): JsonObject {
  const codes = codesOf(response);
  if (codes.length === 0) return response;
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return { ...response, content: mapObjects(response['content'], (media) => ({ ...media, examples })) };
}

function exampleOf(publicUrl: string, code: ProblemCode): JsonObject {
  const errors = code === 'validation_failed' ? { errors: FIELD_PROBLEMS } : {};
  return problemBody(publicUrl, code, { detail: detailOf(code), requestId: REQUEST_ID, ...errors });
}

function isProblemCode(name: string): name is ProblemCode {
  return Object.hasOwn(PROBLEMS, name);
}
