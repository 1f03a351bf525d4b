import type { InjectOptions } from 'fastify';
import { PASSWORD } from '../../support/service.ts';
import type { HttpService } from './http-service.ts';
import { openRegistration } from './mails.ts';
import { bearer, cookie, newAddress, newSession } from './people.ts';

export type PreparedRequest = Readonly<{ name: string; request: InjectOptions }>;

const json = (url: string, body: unknown, headers: Record<string, string> = {}): InjectOptions => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json', ...headers },
  payload: JSON.stringify(body),
});

/**
 * One good request to each operation that asks the database something.
 *
 * None of them was sent, so each would succeed. Wants a tenant `strict` whose addresses are verified first.
 */
export async function goodRequests(service: HttpService): Promise<readonly PreparedRequest[]> {
  const { invite, resolveTenant } = service.app.services;
  const signedIn = await newSession(service);
  const { token } = await openRegistration(service, 'strict');
  const firstOwner = (await invite.firstOwner(await resolveTenant.byName('strict'))) ?? '';
  const credentials = { email: signedIn.email, password: PASSWORD };
  const invitation = { token: firstOwner, password: PASSWORD, email: newAddress() };
  const requests: InjectOptions[] = [
    json('/auth/register', { email: newAddress(), password: PASSWORD }),
    json('/auth/login', credentials),
    json('/auth/login', { ...credentials, email: newAddress() }),
    json('/auth/refresh', {}, cookie(signedIn)),
    json('/auth/refresh', {}, { ...cookie(signedIn), origin: 'https://app.example' }),
    json('/auth/email/verify', { token }),
    json('/auth/email/resend-verification', { email: signedIn.email }),
    json('/auth/invitations/accept', invitation),
    { method: 'GET', url: '/auth/config' },
    { method: 'GET', url: '/auth/me', headers: bearer(signedIn) },
    { method: 'GET', url: '/auth/me', headers: { ...bearer(signedIn), 'x-tenant': 'strict' } },
    { method: 'GET', url: '/auth/email/status', headers: bearer(signedIn) },
    { method: 'GET', url: '/auth/sessions', headers: bearer(signedIn) },
    json('/auth/reauthenticate', { password: PASSWORD }, bearer(signedIn)),
    json('/auth/reauthenticate/options', {}, bearer(signedIn)),
    { method: 'DELETE', url: `/auth/sessions/${signedIn.sessionId}`, headers: bearer(signedIn) },
    json('/auth/logout', {}, bearer(signedIn)),
    { method: 'DELETE', url: '/auth/sessions/all', headers: bearer(signedIn) },
    json('/auth/logout-all', {}, bearer(signedIn)),
  ];
  return requests.map((request) => ({ name: `${request.method} ${String(request.url)}`, request }));
}
