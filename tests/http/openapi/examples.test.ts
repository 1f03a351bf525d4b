import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { InjectOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../adapters/http/problems/catalogue.ts';
import { sharedService } from '../support/http-service.ts';
import { newSession } from '../support/people.ts';
import { type Media, type Operation, readOperations } from './operations.ts';

const PUBLIC_URL = 'https://auth.example';
const METRICS = { METRICS_USER: 'prometheus', METRICS_PASS: 'a password for the metrics' };
const service = sharedService({ PUBLIC_URL, ...METRICS });

type Body = Readonly<{ name: string; pointer: string; mediaType: string; media: Media }>;

let operations: readonly Operation[];
let bodies: readonly Body[];
let validate: (pointer: string, value: unknown) => string | null;

beforeAll(async () => {
  const read = await readOperations(service());
  operations = read.operations;
  bodies = operations.flatMap(bodiesOf);
  validate = validatorOf(read.document);
});

describe('examples', () => {
  it('are there for every body of every request and answer', () => {
    const without = bodies
      .filter(({ media }) => Object.keys(media.examples ?? {}).length === 0)
      .map(({ name }) => name);

    expect(bodies.length).toBeGreaterThan(100);
    expect(without).toEqual([]);
  });

  it('are what their schemas say, with no field besides', () => {
    for (const { name, pointer, media } of bodies) {
      for (const [example, { summary, value }] of Object.entries(media.examples ?? {})) {
        expect.soft([name, example, summary]).toEqual([name, example, expect.stringMatching(/^[A-Z]./)]);
        expect.soft([name, example, validate(pointer, value)]).toEqual([name, example, null]);
      }
    }
  });

  it('are measured by a judge that refuses', () => {
    const login = bodies.find(({ name }) => name === 'POST /auth/login 200 application/json');
    const value = Object.values(login?.media.examples ?? {})[0]?.value;

    expect(validate(login?.pointer ?? '', value)).toBeNull();
    expect(validate(login?.pointer ?? '', { ...Object(value), expires_in: '900' })).toContain('expires_in');
    expect(validate(login?.pointer ?? '', { ...Object(value), secret: 1 })).toContain('additional');
  });

  it('show of each refusal every code that it names, as it is answered', () => {
    const refusals = operations.flatMap(({ name, responses }) =>
      Object.entries(responses).flatMap(([status, { description, content }]) => {
        const media = content['application/problem+json'];
        return media ? [{ name, status: Number(status), description, examples: media.examples ?? {} }] : [];
      }),
    );

    expect(refusals.length).toBeGreaterThan(80);
    for (const { name, status, description, examples } of refusals) {
      const told = description.split(', ').map((code) => code.replaceAll('`', ''));
      expect.soft([name, status, Object.keys(examples)]).toEqual([name, status, told]);
      for (const [code, { value }] of Object.entries(examples)) {
        expect.soft([name, value]).toEqual([name, problemOf(code, status)]);
      }
    }
  });

  it.each<[string, InjectOptions]>([
    ['api_key_invalid', { url: '/auth/me', headers: { 'x-api-key': 'ask_x' } }],
    ['body_too_large', post('x'.repeat(70_000))],
    [
      'credentials_ambiguous',
      { url: '/auth/me', headers: { 'x-api-key': 'ask_x', authorization: 'Bearer x' } },
    ],
    ['csrf_failed', post('{}', { cookie: 'refresh_token=x', origin: 'https://evil.example' }, 'refresh')],
    ['json_invalid', post('{')],
    ['media_type_unsupported', post('<a/>', { 'content-type': 'text/xml' })],
    ['metrics_unauthorized', { url: '/metrics' }],
    ['token_missing', { url: '/auth/me' }],
  ])('speak of %s as the service does', async (code, request) => {
    const answer = await service().http.inject(request);

    expect({ ...exampleOf(code), request_id: '' }).toEqual({ ...answer.json(), request_id: '' });
  });

  it('speak of a field too many as the service does', async () => {
    const authorization = `Bearer ${(await newSession(service())).accessToken}`;

    const answer = await service().post('/auth/logout-all', { nickname: 'x' }, { authorization });

    expect({ ...exampleOf('validation_failed'), request_id: '' }).toEqual({
      ...answer.json(),
      request_id: '',
    });
  });

  it('tell of the same user, tenant and session throughout', () => {
    const texts = bodies.flatMap(({ media }) =>
      Object.values(media.examples ?? {}).map(({ value }) => value),
    );
    const idsOf = (key: string) => new Set(found(key, texts).map((value) => JSON.stringify(value)));

    expect(idsOf('tenant').size).toBe(1);
    expect([...idsOf('email')]).toEqual(
      expect.arrayContaining(['"ada@example.test"', '"grace@example.test"', '"ada"']),
    );
    expect(idsOf('email').size).toBe(3);
    expect(idsOf('request_id').size).toBe(1);
    for (const id of found('id', texts))
      expect(id).toMatch(/^019b[0-9a-f]{4}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
    for (const time of found('created_at', texts)) expect(time).toMatch(/T\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

function exampleOf(code: string): object {
  const examples = bodies.flatMap(({ media }) => Object.entries(media.examples ?? {}));
  return Object(examples.find(([name]) => name === code)?.[1].value);
}

function post(
  payload: string,
  headers: Readonly<Record<string, string>> = {},
  route = 'login',
): InjectOptions {
  const type = { 'content-type': 'application/json' };
  return { method: 'POST', url: `/auth/${route}`, payload, headers: { ...type, ...headers } };
}

function bodiesOf({ name, pointer, requestBody, responses }: Operation): readonly Body[] {
  const asked = Object.entries(requestBody?.content ?? {}).map(([mediaType, media]) => ({
    ...{ mediaType, media },
    name: `${name} ${mediaType}`,
    pointer: `${pointer}/requestBody/content/${mediaType.replaceAll('/', '~1')}/schema`,
  }));
  const answered = Object.entries(responses).flatMap(([status, { content }]) =>
    Object.entries(content).map(([mediaType, media]) => ({
      ...{ mediaType, media },
      name: `${name} ${status} ${mediaType}`,
      // A refusal that several operations share stands elsewhere, and all are of one schema.
      pointer:
        mediaType === 'application/problem+json'
          ? '/components/schemas/Problem'
          : `${pointer}/responses/${status}/content/${mediaType.replaceAll('/', '~1')}/schema`,
    })),
  );
  return [...asked, ...answered];
}

/** Judges values by the schemas of the document (JSON Schema 2020-12), each closed to fields that it does not name. */
function validatorOf(document: object) {
  const ajv = new Ajv2020.default({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema(closed(document), 'document');
  return (pointer: string, value: unknown): string | null => {
    // Compiled once for each pointer.
    const judge = ajv.getSchema(`document#${pointer}`);
    if (!judge) return `there is no schema at ${pointer}`;
    return judge(value) ? null : ajv.errorsText(judge.errors);
  };
}

function closed(document: object): object {
  return JSON.parse(JSON.stringify(document), (_name, value) => {
    const isOpen = value?.type !== undefined && value.properties && value.additionalProperties === undefined;
    return isOpen ? { ...value, additionalProperties: false } : value;
  });
}

function problemOf(code: string, status: number): object {
  const kind = Object.entries(PROBLEMS).find(([known]) => known === code)?.[1];
  const isOfFields = code === 'validation_failed';
  return {
    ...{ type: `${PUBLIC_URL}/errors#${code}`, title: kind?.title, status, code },
    detail: expect.stringMatching(/^\S.{10,}[^.]$/),
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    ...(isOfFields && {
      errors: [{ pointer: expect.stringMatching(/^\//), code: expect.anything(), detail: expect.anything() }],
    }),
  };
}

/** Every value that stands under a name, however deep. */
function found(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => found(name, item));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === name && typeof inner !== 'undefined' ? [inner, ...found(name, inner)] : found(name, inner),
  );
}
