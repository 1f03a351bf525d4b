import type { ProblemCode } from '../../../adapters/http/problems/catalogue.ts';
import { newAddress, newSession, register } from '../../http/support/people.ts';
import { sessionNamedBy } from '../../http/support/tokens.ts';
import { email } from '../../support/parsed.ts';
import { PASSWORD } from '../../support/service.ts';
import type { Slug, World } from './world.ts';

/** One good request, never sent before: its secrets are fresh and of the tenant `home`. */
export type Example = Readonly<{
  /** Where the registered path is a pattern. */
  path?: string;
  body?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
  query?: string;
}>;

export type Answer = Readonly<{
  status: number;
  /** The problem's, where it is one. */
  code?: ProblemCode;
  /** The tables whose rows change, in the one tenant that the request acts in. */
  changes?: readonly string[];
}>;

type Common = Readonly<{
  /** `METHOD /path`, as it is registered. */
  route: string;
  /** Where the registered path ends in a star. */
  path?: string;
  /** @param credential the headers of whoever calls, where the request names what is theirs */
  example?(world: World, credential: Readonly<Record<string, string>>): Promise<Example>;
  /** The same for something of the bystander's of `home`, where a request names one thing of somebody's. */
  foreign?(world: World): Promise<Example>;
  /** And for what never was. */
  missing?: Example;
}>;

/**
 * A route with its actor (api.md, "Who may call") and what a good request to it does.
 *
 * Public routes differ in what names their tenant: nothing does, or `X-Tenant`,
 * or a secret that the request carries, with which `X-Tenant` may disagree.
 */
export type Route = Common &
  (
    | Readonly<{ access: 'public'; tenantBy: 'nothing'; answer: Answer; tellsOf?: Slug }>
    | Readonly<{ access: 'public'; tenantBy: 'name'; answers: Readonly<Record<Slug, Answer>> }>
    | Readonly<{ access: 'public'; tenantBy: 'secret'; answer: Answer; mismatch: Answer }>
    | Readonly<{ access: 'session' | 'own'; answer: Answer }>
    | Readonly<{ access: 'ended_session'; answer: Answer; answerToEnded: Answer }>
  );

export const AUDIT = ['audit_events', 'audit_personal'];
const OK: Answer = { status: 200 };
const MAILED = [...AUDIT, 'one_time_tokens', 'outbox'];
/** Told to every process (docs/explanation/revocation.md), as is whatever changes a session, a user or a role. */
const TOLD = ['revocations'];
const SIGNED_UP: Answer = { status: 201, changes: [...MAILED, ...TOLD, 'user_roles', 'users'] };
const WRONG_PLACES = ['address_targets', 'attempt_counts', ...AUDIT];
const WRONG: Answer = { status: 401, code: 'invalid_credentials', changes: WRONG_PLACES };
const SIGNED_IN = [...AUDIT, ...TOLD, 'known_devices', 'sessions', 'users'];
const SESSION_CHANGED = [...AUDIT, ...TOLD, 'sessions'];
const MISMATCH: Answer = { status: 403, code: 'tenant_mismatch' };

const everywhere = (answer: Answer) => ({ default: answer, home: answer, rival: answer });

/** What is the same for everybody and asks nothing of anybody. */
const open = (route: string, rest: Partial<Common> & { answer?: Answer; tellsOf?: Slug } = {}): Route => ({
  route,
  access: 'public',
  tenantBy: 'nothing',
  answer: OK,
  ...rest,
});

/** Every route there is. One that is missing here, or gone, fails the build: route-matrix.test.ts. */
export const ROUTES: readonly Route[] = [
  {
    route: 'POST /auth/register',
    access: 'public',
    tenantBy: 'name',
    example: async () => ({ body: { email: newAddress(), password: PASSWORD } }),
    answers: everywhere(SIGNED_UP),
  },
  {
    route: 'POST /auth/login',
    access: 'public',
    tenantBy: 'name',
    async example(world) {
      const { email, password } = await register(world, {}, { 'x-tenant': 'home' });
      return { body: { email, password } };
    },
    answers: {
      ...everywhere(WRONG),
      home: { status: 200, changes: [...SIGNED_IN, 'attempt_counts'] },
    },
  },
  {
    route: 'POST /auth/refresh',
    access: 'public',
    tenantBy: 'secret',
    async example(world) {
      const { refreshToken } = await newSession(world, { transport: 'token' }, { 'x-tenant': 'home' });
      return { body: { refresh_token: refreshToken } };
    },
    answer: { status: 200, changes: ['sessions'] },
    mismatch: { ...MISMATCH, changes: AUDIT },
  },
  {
    route: 'POST /auth/logout',
    access: 'ended_session',
    answer: { status: 204, changes: SESSION_CHANGED },
    answerToEnded: { status: 204 },
  },
  {
    route: 'POST /auth/logout-all',
    access: 'session',
    example: async () => ({ body: { except_current: false } }),
    answer: { status: 204, changes: SESSION_CHANGED },
  },
  { route: 'GET /auth/me', access: 'own', answer: OK },
  { route: 'GET /auth/sessions', access: 'own', answer: { status: 200, changes: ['sessions'] } },
  {
    route: 'DELETE /auth/sessions/all',
    access: 'session',
    answer: { status: 204, changes: SESSION_CHANGED },
  },
  {
    route: 'POST /auth/reauthenticate',
    access: 'session',
    example: async () => ({ body: { password: PASSWORD } }),
    answer: { status: 200, changes: [...SESSION_CHANGED, 'attempt_counts'] },
  },
  { route: 'POST /auth/reauthenticate/options', access: 'session', answer: OK },
  {
    route: 'DELETE /auth/sessions/{id}',
    access: 'session',
    example: async ({ bystanders }, credential) => ({
      path: `/auth/sessions/${sessionNamedBy(credential) ?? bystanders.home.sessionId}`,
    }),
    foreign: async ({ bystanders }) => ({ path: `/auth/sessions/${bystanders.home.sessionId}` }),
    missing: { path: '/auth/sessions/0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11' },
    answer: { status: 204, changes: SESSION_CHANGED },
  },
  { route: 'GET /auth/config', access: 'public', tenantBy: 'name', answers: everywhere(OK) },
  {
    route: 'POST /auth/email/verify',
    access: 'public',
    tenantBy: 'secret',
    async example(world) {
      const { email } = await register(world, {}, { 'x-tenant': 'home' });
      return { body: { token: await world.mailedToken(email) } };
    },
    answer: { status: 200, changes: [...AUDIT, ...TOLD, 'one_time_tokens', 'users'] },
    mismatch: MISMATCH,
  },
  {
    route: 'POST /auth/email/resend-verification',
    access: 'public',
    tenantBy: 'name',
    example: async (world) => ({ body: { email: world.bystanders.home.email } }),
    answers: everywhere({ status: 202, changes: MAILED }),
  },
  { route: 'GET /auth/email/status', access: 'own', answer: OK },
  {
    route: 'POST /auth/invitations/accept',
    access: 'public',
    tenantBy: 'secret',
    async example({ app, tenants }) {
      const token = await app.services.invite.byOperator(tenants.home, email(newAddress()), 'admin');
      return { body: { token, password: PASSWORD } };
    },
    answer: {
      status: 200,
      changes: [...SIGNED_IN, 'invitations', 'one_time_tokens', 'user_roles'],
    },
    mismatch: MISMATCH,
  },
  open('GET /.well-known/jwks.json'),
  open('GET /live'),
  open('GET /ready'),
  open('GET /health'),
  open('GET /metrics'),
  open('GET /openapi.json'),
  open('GET /docs'),
  open('GET /docs/'),
  open('GET /docs/*', { path: '/docs/static/swagger-ui.css' }),
  open('GET /docs/json'),
  open('GET /docs/static/index.html', { answer: { status: 302 } }),
  open('GET /docs/static/swagger-initializer.js'),
  open('GET /docs/yaml'),
  open('GET /errors'),
  open('GET /setup'),
  open('GET /accept-invitation'),
  open('GET /verify-email'),
  open('GET /pages/page.css'),
  open('GET /pages/page.js'),
  open('GET /dev/mailbox', {
    // What a browser on this machine says. The mails of all tenants are there; these are of one address.
    example: async ({ bystanders }) => ({
      headers: { host: 'localhost:8080' },
      query: `?to=${bystanders.home.email}`,
    }),
    tellsOf: 'home',
  }),
];
