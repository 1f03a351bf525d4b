import type { NewAuditEvent } from '../../core/audit/index.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import { NO_REQUEST } from '../../core/kernel/request-context.ts';
import type { NewMail } from '../../core/notifications/index.ts';
import type { NewOneTimeToken } from '../../core/one-time-tokens/index.ts';
import type { OpenRegistration } from '../../core/registration/index.ts';
import type { NewSession, Session } from '../../core/sessions/index.ts';
import type { Tenant } from '../../core/tenants/index.ts';
import type { NewUser, User } from '../../core/users/index.ts';
import { email } from '../support/parsed.ts';
import type { StoreHarness } from './harness.ts';

/** How many callers a race has. */
export const CALLERS = 16;

/** Runs `call` so many times at once. */
export function race<T>(call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CALLERS }, (_, index) => call(index)));
}

/** An id that sorts by `number`, as ids made one after the other do. */
export function idAt(number: number): string {
  return `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** A user nobody else has the id or the address of. */
export function newUser(harness: StoreHarness, change: Partial<NewUser> = {}): NewUser {
  const id = harness.crypto.newId() as UserId;
  return {
    id,
    email: email(`${id}@example.com`),
    emailVerified: false,
    username: null,
    name: null,
    locale: null,
    passwordHash: 'a hash',
    roles: ['member'],
    ...change,
  };
}

/** A user who is there already. */
export function makeUser(
  harness: StoreHarness,
  tenantId: TenantId,
  change: Partial<NewUser> = {},
): Promise<User> {
  return harness.unitOfWork.run(tenantId, async ({ users }) => {
    const insertion = await users.insert(newUser(harness, change));
    if (insertion.kind !== 'inserted') throw new Error(`A test's user was not inserted: ${insertion.kind}`);
    return insertion.user;
  });
}

const HOUR_SECONDS = 3600;

/** A session that lives for hours, unless told otherwise. */
export function newSession(
  harness: StoreHarness,
  userId: UserId,
  {
    lifetimes,
    ...change
  }: Partial<Omit<NewSession, 'lifetimes'>> & { lifetimes?: Partial<NewSession['lifetimes']> } = {},
): NewSession {
  return {
    id: harness.crypto.newId() as SessionId,
    userId,
    secretHash: harness.crypto.randomBytes(32),
    amr: ['pwd'],
    aal: 1,
    deviceName: null,
    context: NO_REQUEST,
    lifetimes: {
      idleSeconds: HOUR_SECONDS,
      absoluteSeconds: 24 * HOUR_SECONDS,
      inactivitySeconds: 12 * HOUR_SECONDS,
      ...lifetimes,
    },
    ...change,
  };
}

/** A live session, with what its refresh tokens carry and whom it belongs to. */
export type Begun = Readonly<{ tenant: Tenant; user: User; session: Session; secretHash: Uint8Array }>;

/** Begins a session of a fresh user in a fresh tenant. */
export async function beginSession(
  harness: StoreHarness,
  change: Parameters<typeof newSession>[2] = {},
): Promise<Begun> {
  const tenant = await harness.makeTenant();
  const user = await makeUser(harness, tenant.id);
  const wanted = newSession(harness, user.id, change);
  const session = await harness.unitOfWork.run(tenant.id, ({ sessions }) => sessions.insert(wanted));
  return { tenant, user, session, secretHash: wanted.secretHash };
}

/** A one-time secret for an hour. */
export function newToken(harness: StoreHarness, change: Partial<NewOneTimeToken> = {}): NewOneTimeToken {
  return {
    kind: 'verify_registration',
    hash: harness.crypto.randomBytes(32),
    subjectId: harness.crypto.newId(),
    email: email('ada@example.com'),
    lifetimeSeconds: HOUR_SECONDS,
    ...change,
  };
}

/** What somebody asked for while addresses must be verified. */
export function newRegistration(
  harness: StoreHarness,
  change: Partial<OpenRegistration> = {},
): OpenRegistration {
  return {
    id: harness.crypto.newId(),
    email: email('ada@example.com'),
    passwordHash: 'a hash',
    name: null,
    username: null,
    locale: null,
    ...change,
  };
}

/** A mail worth sending for an hour. */
export function newMail(change: Partial<NewMail> = {}): NewMail {
  return {
    template: 'verify_email',
    to: email('ada@example.com'),
    facts: {},
    token: 'a secret',
    lifetimeSeconds: HOUR_SECONDS,
    ...change,
  };
}

/** An event of a user's, with nothing optional about it. */
export function newEvent(userId: string, change: Partial<NewAuditEvent> = {}): NewAuditEvent {
  return {
    type: 'login.succeeded',
    outcome: 'success',
    actor: { type: 'user', id: userId },
    target: { type: 'user', id: userId },
    context: NO_REQUEST,
    ...change,
  };
}
