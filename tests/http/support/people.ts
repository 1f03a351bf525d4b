import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { PASSWORD } from '../../support/service.ts';
import { expectRefreshCookie } from './cookies.ts';
import type { HttpService } from './http-service.ts';

export type Person = Readonly<{ email: string; password: string; userId: string }>;
export type SignedIn = Person &
  Readonly<{
    accessToken: string;
    refreshToken: string;
    sessionId: string;
    response: LightMyRequestResponse;
  }>;

/** An address that nobody else in the file has. */
export function newAddress(): string {
  return `${randomUUID()}@example.test`;
}

/** Signs somebody new up, at a tenant where that makes the account at once. */
export async function register(
  { post }: HttpService,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Person> {
  const wanted = { email: newAddress(), password: PASSWORD, ...body };
  const response = await post('/auth/register', wanted, headers);
  expect(response.statusCode, response.body).toBe(201);
  const { id: userId, email } = response.json().user;
  return { email, password: wanted.password, userId };
}

/** Signs a person in, their refresh token as a cookie unless `transport` says otherwise. */
export async function signIn(
  { post }: HttpService,
  person: Person,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<SignedIn> {
  const { email, password } = person;
  const response = await post('/auth/login', { email, password, ...body }, headers);
  expect(response.statusCode, response.body).toBe(200);
  return { ...person, ...sessionIn(response) };
}

/** Signs somebody new up and in. */
export async function newSession(
  service: HttpService,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<SignedIn> {
  return signIn(service, await register(service, {}, headers), body, headers);
}

/** What a complete sign-in, by whatever transport, put into a client's hands. */
export function sessionIn(response: LightMyRequestResponse): Omit<SignedIn, keyof Person> {
  const { access_token: accessToken, refresh_token: inBody, session } = response.json();
  const inCookie = response.cookies.find(({ name }) => name === 'refresh_token')?.value;
  return { accessToken, refreshToken: inBody ?? inCookie ?? '', sessionId: session.id, response };
}

export function bearer({ accessToken }: Pick<SignedIn, 'accessToken'>): { authorization: string } {
  return { authorization: `Bearer ${accessToken}` };
}

export function cookie({ refreshToken }: Pick<SignedIn, 'refreshToken'>): { cookie: string } {
  return { cookie: `refresh_token=${refreshToken}` };
}

const USER_KEYS = [
  'id',
  'email',
  'email_verified',
  'username',
  'name',
  'locale',
  'picture',
  'metadata',
  'status',
  'mfa_enabled',
  'roles',
  'created_at',
  'updated_at',
  'last_login_at',
];
const COMPLETE_KEYS = ['status', 'access_token', 'token_type', 'expires_in', 'user', 'session'];

export const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
/** RFC 3339, UTC, with milliseconds. */
export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Checks the form of a user, whoever it is: every member of api.md's section 2 and no other. */
export function expectUserForm(user: Record<string, unknown>): void {
  expect(Object.keys(user).sort()).toEqual([...USER_KEYS].sort());
  expect(user).toMatchObject({
    id: expect.stringMatching(UUID_V7),
    mfa_enabled: false,
    created_at: expect.stringMatching(TIMESTAMP),
    updated_at: expect.stringMatching(TIMESTAMP),
  });
}

/** Checks the form of a complete sign-in by cookie (api.md, section 2), and of its cookie. */
export function expectCompleteByCookie(response: LightMyRequestResponse, maxAgeSeconds = 86_400): void {
  expect(response.statusCode, response.body).toBe(200);
  expectCompleteForm(response.json(), COMPLETE_KEYS);
  expectRefreshCookie(response, maxAgeSeconds);
}

/** Checks the form of a complete sign-in by token: no cookie, and the refresh token in the body. */
export function expectCompleteByToken(response: LightMyRequestResponse): void {
  expect(response.statusCode, response.body).toBe(200);
  expectCompleteForm(response.json(), [...COMPLETE_KEYS, 'refresh_token']);
  expect(response.headers).not.toHaveProperty('set-cookie');
}

function expectCompleteForm(body: Record<string, unknown>, keys: readonly string[]): void {
  expect(Object.keys(body).sort()).toEqual([...keys].sort());
  expect(body).toMatchObject({ status: 'complete', token_type: 'Bearer', expires_in: 900 });
  expect(body['session']).toEqual({ id: expect.stringMatching(UUID_V7), aal: 1, amr: ['pwd'] });
  expectUserForm(body['user'] as Record<string, unknown>);
}
