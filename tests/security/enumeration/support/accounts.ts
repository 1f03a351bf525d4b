import type { InjectOptions } from 'fastify';
import { newHost } from '../../../http/support/attempts.ts';
import type { HttpService } from '../../../http/support/http-service.ts';
import { openRegistration } from '../../../http/support/mails.ts';
import { newAddress } from '../../../http/support/people.ts';

/** The tenant of these tests: it makes accounts only of verified addresses. */
export const STRICT = 'strict';
/** The password of nobody. */
export const WRONG = 'Wrong-Horse-9-Battery';

/** A JSON request to the tenant `strict`. */
export function request(url: string, body: unknown): InjectOptions {
  const headers = { 'content-type': 'application/json', 'x-tenant': STRICT };
  return { method: 'POST', url, headers, payload: JSON.stringify(body) };
}

/** The address of a new account that may sign in, changed as `assignment` says. */
export async function account(service: HttpService, assignment?: string): Promise<string> {
  const username = newUsername();
  const { email, token } = await openRegistration(service, STRICT, { username });
  const { statusCode } = await service.post('/auth/email/verify', { token });
  if (statusCode !== 200) throw new Error(`Verifying answered ${statusCode}`);
  if (assignment) await service.sql(`UPDATE gatehouse.users SET ${assignment} WHERE email = $1`, [email]);
  return email;
}

/** The username of an account of {@link account}. */
export async function usernameOf({ sql }: HttpService, email: string): Promise<string> {
  const [row] = await sql<{ username: string }>('SELECT username FROM gatehouse.users WHERE email = $1', [
    email,
  ]);
  return row?.username ?? '';
}

/** A username that nobody has. */
export function newUsername(): string {
  return `u${newAddress().slice(0, 12)}`;
}

/** One wrong password for an address, from somewhere. */
export async function tryAddress(service: HttpService, email: string): Promise<void> {
  const login = request('/auth/login', { email, password: WRONG });
  await service.send({ remoteAddress: newHost(), ...login });
}

/** Locks an address, and whom it names, as five wrong passwords would. */
export async function lockAddress(service: HttpService, email: string): Promise<void> {
  const before = await service.sql<{ key: Buffer }>('SELECT key FROM gatehouse.attempt_counts');
  await tryAddress(service, email);
  await service.sql(
    `UPDATE gatehouse.attempt_counts
     SET locked_until = clock_timestamp() + interval '1 hour', expires_at = clock_timestamp() + interval '1 hour'
     WHERE key <> ALL ($1)`,
    [before.map(({ key }) => key)],
  );
}
