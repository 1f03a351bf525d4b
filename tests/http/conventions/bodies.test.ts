import { beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../../support/service.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newAddress, newSession } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';

const service = sharedService();
const LIMIT = 64 * 1024;

/** Every route that takes a body, with one that passes its schema. */
const ROUTES: readonly (readonly [url: string, body: Record<string, unknown>])[] = [
  ['/auth/register', { email: 'ada@example.test', password: 'x', name: 'x', username: 'xyz', locale: 'en' }],
  ['/auth/login', { email: 'ada@example.test', password: 'x', device_name: 'x' }],
  ['/auth/refresh', { refresh_token: 'x' }],
  ['/auth/logout', {}],
  ['/auth/logout-all', { except_current: true }],
  ['/auth/reauthenticate', { password: 'x' }],
  ['/auth/reauthenticate/options', { method: 'email' }],
  ['/auth/email/verify', { token: 'x', password: 'x' }],
  ['/auth/email/resend-verification', { email: 'ada@example.test' }],
  [
    '/auth/invitations/accept',
    { token: 'x', password: 'x', name: 'x', email: 'ada@example.test', device_name: 'x' },
  ],
];

let authorization: string;

const raw = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  service().send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', authorization, ...headers },
    payload,
  });
const json = (url: string, body: unknown) => raw(url, JSON.stringify(body));

it('knows every route that takes a body', async () => {
  await service().http.ready();
  const paths = Object.entries(service().http.swagger().paths ?? {});
  const posts = paths.filter(([, operations]) => operations && 'post' in operations).map(([path]) => path);
  expect(ROUTES.map(([url]) => url).sort()).toEqual(posts.sort());
});

describe.each(ROUTES)('POST %s', (url, body) => {
  beforeAll(async () => {
    ({ authorization } = bearer(await newSession(service())));
  });

  it('refuses a field that it does not know, and names it as a JSON Pointer', async () => {
    expectFields(await json(url, { ...body, nonsense: 1 }), '/nonsense');
    expectFields(await json(url, { ...body, 'a/b~c': 1, tenant_id: 'x' }), '/a~1b~0c', '/tenant_id');
    expectFields(await json(url, { ...body, ['x'.repeat(1000)]: 1 }), `/${'x'.repeat(64)}`);
  });

  it.each([
    'null',
    '[]',
    '[{}]',
    '"text"',
    '1',
    'true',
    'false',
  ])('refuses %s in place of an object', async (payload) => {
    expectFields(await raw(url, payload), '');
  });

  it.each([
    '{',
    '}',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":NaN}',
    '{"a":"\u0001"}',
    '{} {}',
    'undefined',
    ' ',
    '{"a":"\\x"}',
  ])('refuses broken JSON: %j', async (payload) => {
    expectProblem(await raw(url, payload), 'json_invalid');
  });

  it('refuses bytes that are not UTF-8 instead of replacing them', async () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const payload = Buffer.concat([Buffer.from('{"email":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expectProblem(await raw(url, payload), 'json_invalid');
    }
  });

  it('takes 64 KiB and not a byte more', async () => {
    const padded = (bytes: number) => {
      const bare = JSON.stringify({ nonsense: '' });
      return JSON.stringify({ nonsense: 'x'.repeat(bytes - bare.length) });
    };
    expect((await raw(url, padded(LIMIT))).json().code).toBe('validation_failed');
    expectProblem(await raw(url, padded(LIMIT + 1)), 'body_too_large');
  });

  it.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/vnd.api+json',
    'application/jsonp',
    'application/json-patch+json',
    'json',
    '',
    'application/',
  ])('refuses the media type %j', async (type) => {
    expectProblem(await raw(url, '{}', { 'content-type': type }), 'media_type_unsupported');
  });

  it('refuses a body without a media type', async () => {
    const headers = { authorization, 'content-length': '2' };
    expectProblem(
      await service().send({ method: 'POST', url, headers, payload: '{}' }),
      'media_type_unsupported',
    );
  });

  it.each([
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json;charset="UTF-8"',
  ])('takes the media type %s', async (type) => {
    expectFields(
      await raw(url, '{"nonsense":1,"email":1,"token":1}', { 'content-type': type }).then(onlyNonsense),
      '/nonsense',
    );
  });

  it('counts no body at all as {}, with or without a media type', async () => {
    const empty = told(await raw(url, '{}', bearer(await newSession(service()))));
    for (const type of [undefined, 'application/json', 'text/plain', 'nonsense']) {
      for (const length of [undefined, '0']) {
        const headers = {
          ...bearer(await newSession(service())),
          ...(type && { 'content-type': type }),
          ...(length && { 'content-length': length }),
        };
        expect(told(await service().send({ method: 'POST', url, headers }))).toEqual(empty);
      }
    }
  });

  it('refuses NUL and lone surrogates in each of its strings and in names, and names the place', async () => {
    const strings = Object.keys(body).filter((field) => typeof body[field] === 'string');
    for (const bad of ['\0', 'a\0b', '\ud800', 'x\udc00y', '\ud800\ud800']) {
      for (const field of strings) expectFields(await json(url, { ...body, [field]: bad }), `/${field}`);
      expectFields(await json(url, { ...body, [`x${bad}`]: 1 }), '');
      expectFields(await json(url, { ...body, nonsense: [{ deep: bad }] }), '/nonsense/0/deep');
    }
  });

  it('refuses names by which a careless copy would change every object', async () => {
    expectFields(await raw(url, '{"__proto__":{"email":"x"}}'), '/__proto__');
    expectFields(await raw(url, '{"\\u005f_proto__":null}'), '/__proto__');
    expectFields(await raw(url, '{"constructor":{"prototype":{"x":1}}}'), '/constructor');
    expectFields(await raw(url, '{"nonsense":{"__proto__":1}}'), '/nonsense/__proto__');
    expect({}).not.toHaveProperty('email');
  });

  it('refuses deep nesting without following it', async () => {
    const nested = (depth: number) => `{"nonsense":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    for (const depth of [100, 30_000]) expectFields(await raw(url, nested(depth)), '');
  });

  it('names at most twenty of the fields that are wrong', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`f${index}`, 1]));
    const { errors } = expectProblem(await json(url, many), 'validation_failed');
    expect(errors).toHaveLength(20);
  });

  it('repeats nothing of what was sent', async () => {
    const { body: told } = await json(url, {
      ...body,
      email: ['marker-value'],
      token: ['marker-value'],
      nonsense: 'marker-value',
    });
    expect(told).not.toContain('marker-value');
  });
});

type Answer = Awaited<ReturnType<typeof raw>>;

function told(answer: Answer) {
  return [answer.statusCode, answer.body === '' ? null : { ...answer.json(), request_id: null }];
}

/** Leaves of the fields that are wrong the one that is wrong for every route. */
function onlyNonsense(answer: Answer): Answer {
  const problem = answer.json();
  const errors = problem.errors?.filter(({ pointer }: { pointer: string }) => pointer === '/nonsense');
  return Object.assign(Object.create(answer), { json: () => ({ ...problem, errors }), body: answer.body });
}

describe('a name that comes twice', () => {
  it('counts as it comes last, like everywhere in JSON', async () => {
    const email = newAddress();
    const payload = `{"email":"first@example.test","password":"${PASSWORD}","email":"${email}"}`;
    const response = await raw('/auth/register', payload);
    expect(response.json().user.email).toBe(email);
  });

  it('cannot hide a wrong one behind a right one', async () => {
    expectFields(await raw('/auth/login', '{"email":"ada@example.test","password":"x","email":5}'), '/email');
  });
});

describe('a query', () => {
  it('refuses NUL and what is no UTF-8 in it, too', async () => {
    const { get } = service();
    const local = { host: 'localhost:8080' };
    expectFields(await get('/dev/mailbox?to=a%00b', local), '/to');
    expect((await get('/dev/mailbox?to=%ff%fe', local)).statusCode).toBeLessThan(500);
  });
});
