import type { LightMyRequestResponse } from 'fastify';

export type Shape = Readonly<{
  status: number;
  code: string | null;
  headers: Readonly<Record<string, string>>;
  body: string;
}>;

/** What differs from one request to the next, whoever asks and whatever for. */
const OF_THE_MOMENT = ['date', 'x-request-id', 'content-length', 'ratelimit-remaining', 'ratelimit-reset'];
/** What is random, by what it looks like. */
const RANDOM: readonly (readonly [RegExp, string])[] = [
  [/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '(id)'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)'],
  [/[\w-]{40,}(\.[\w-]+)*/g, '(secret)'],
  [/(__Host-gh_device=)[^;]+/g, '$1(secrets)'],
];

/** An answer without what is random in it: two answers of one shape tell an outsider the same. */
export function shapeOf({ statusCode, headers, body }: LightMyRequestResponse): Shape {
  const told = Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.includes(name));
  const isProblem = headers['content-type'] === 'application/problem+json';
  return {
    status: statusCode,
    code: isProblem ? JSON.parse(body).code : null,
    headers: Object.fromEntries(told.map(([name, value]) => [name, blur(String(value))])),
    body: blur(body.replaceAll(String(headers['x-request-id']), '(id)')),
  };
}

function blur(text: string): string {
  return RANDOM.reduce((left, [pattern, name]) => left.replace(pattern, name), text);
}
