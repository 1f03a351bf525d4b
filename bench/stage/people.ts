import { asSuperuser } from './database.ts';
import type { BenchPostgres } from './postgres.ts';

/** Somebody who is signed in. */
export type Person = Readonly<{ email: string; accessToken: string; refreshToken: string }>;

/** Of everybody. */
export const PASSWORD = 'Correct-Horse-9-Battery';
/** Accounts that logins go through, so that none of them comes to its last device. */
export const PEOPLE = 1_000;

/** The address of an account. @param number from 0 up to {@link PEOPLE}, or `%n` */
export const emailOf = (number: number | string): string => `person-${number}@example.test`;

/** Makes the accounts: one by registering, the others as copies of its rows. */
export async function makePeople(url: string, postgres: BenchPostgres, database: string): Promise<void> {
  await post(url, '/auth/register', { email: emailOf(0), password: PASSWORD, name: 'Ada Lovelace' }, 201);
  await asSuperuser(postgres, database, COPY_USER, [emailOf('%n'), PEOPLE - 1]);
  await asSuperuser(postgres, database, COPY_ROLES, [emailOf(0)]);
}

/** Signs in the first of them. */
export async function signIn(url: string, count: number): Promise<readonly Person[]> {
  const people: Person[] = [];
  for (let number = 0; number < count; number += 1) people.push(await signInOne(url, number));
  return people;
}

async function signInOne(url: string, number: number): Promise<Person> {
  const email = emailOf(number);
  const answer = await post(url, '/auth/login', { email, password: PASSWORD, transport: 'token' }, 200);
  return {
    email,
    accessToken: textOf(answer, 'access_token'),
    refreshToken: textOf(answer, 'refresh_token'),
  };
}

/** @throws {Error} another status came */
async function post(
  url: string,
  path: string,
  body: object,
  status: number,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== status)
    throw new Error(`POST ${path} was answered with ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** A member that must be text. */
function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`The answer has no ${name}`);
  return value;
}

const COPY_USER = `
  INSERT INTO gatehouse.users
  SELECT (jsonb_populate_record(u, jsonb_build_object(
    'id', gen_random_uuid(), 'email', replace($1, '%n', number::text)))).*
  FROM gatehouse.users u, generate_series(1, $2) AS number
  WHERE u.email = replace($1, '%n', '0')`;

const COPY_ROLES = `
  INSERT INTO gatehouse.user_roles
  SELECT (jsonb_populate_record(r, jsonb_build_object('user_id', copy.id))).*
  FROM gatehouse.users u
  JOIN gatehouse.user_roles r ON r.tenant_id = u.tenant_id AND r.user_id = u.id
  JOIN gatehouse.users copy ON copy.tenant_id = u.tenant_id AND copy.id <> u.id
  WHERE u.email = $1`;
