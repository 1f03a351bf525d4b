import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import type { HttpService } from './http-service.ts';
import type { Person } from './people.ts';

/** The limits as they are where nobody sets them. */
export const DEFAULT_LIMITS = {
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '5',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '1200',
  MAX_LOGIN_ATTEMPTS: '5',
  MAX_LOGIN_ATTEMPTS_PER_IP: '50',
};

/** The lock as it is by default, and no rate limit in its way. */
export const LOCK_ONLY = { ...DEFAULT_LIMITS, RATE_LIMIT_CREDENTIALS_PER_MINUTE: '100000' };

export type From = Readonly<{ address?: string; cookie?: string; tenant?: string }>;

let hosts = 0;

/** A network address that nobody else in the file has. */
export function newHost(): string {
  hosts += 1;
  return `198.18.${hosts >> 8}.${hosts & 255}`;
}

/** A POST, from an address of its own where none is given. */
export function postFrom(
  { send }: HttpService,
  url: string,
  body: unknown,
  { address = newHost(), cookie, tenant }: From = {},
): Promise<LightMyRequestResponse> {
  const headers = { ...(cookie && { cookie }), ...(tenant && { 'x-tenant': tenant }) };
  return send({
    method: 'POST',
    url,
    remoteAddress: address,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
}

/** A login with a wrong password. */
export function guess(service: HttpService, email: string, from: From = {}): Promise<LightMyRequestResponse> {
  return postFrom(service, '/auth/login', { email, password: `Wrong-${randomUUID()}` }, from);
}

/** A login with the right one. */
export function enter(
  service: HttpService,
  { email, password }: Pick<Person, 'email' | 'password'>,
  from: From = {},
): Promise<LightMyRequestResponse> {
  return postFrom(service, '/auth/login', { email, password }, from);
}

/** `status code` of an answer. */
export function verdict(response: LightMyRequestResponse): string {
  return response.statusCode < 400
    ? String(response.statusCode)
    : `${response.statusCode} ${response.json().code}`;
}

/** What a call answers, one time after the other. */
export async function verdicts(
  times: number,
  call: () => Promise<LightMyRequestResponse>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let count = 0; count < times; count += 1) seen.push(verdict(await call()));
  return seen;
}

/** Locks an account, or a name that nobody has. */
export async function lockOut(service: HttpService, email: string, from: From = {}): Promise<void> {
  for (let count = 0; count < 5; count += 1) await guess(service, email, from);
}

/** Lets `seconds` pass for all that was counted. */
export async function passTime({ sql }: HttpService, seconds: number): Promise<void> {
  await sql(
    `UPDATE gatehouse.attempt_counts SET locked_until = locked_until - make_interval(secs => $1),
       failed_at = ARRAY(SELECT f - make_interval(secs => $1) FROM unnest(failed_at) f),
       places = ARRAY(SELECT p - make_interval(secs => $1) FROM unnest(places) p)`,
    [seconds],
  );
}
