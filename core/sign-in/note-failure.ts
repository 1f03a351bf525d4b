import { ANONYMOUS, type AuditLog, type NewAuditEvent } from '../audit/index.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import {
  type AddressTargetRepository,
  type Attempt,
  type AttemptKey,
  type AttemptRepository,
  isStuffing,
} from '../protection/index.ts';
import type { Tenant } from '../tenants/index.ts';
import { type Identifier, identifierText } from '../users/index.ts';
import type { StoredCredential } from './ports.ts';
import type { SignInRefusal } from './steps.ts';

/** Why a sign-in by password failed, as the audit log tells it and nobody else. */
export type FailureReason = SignInRefusal | 'wrong_password' | 'unknown_user' | 'user_locked';

type Failure = Readonly<{
  request: Readonly<{ tenant: Tenant; identifier: Identifier; context: RequestContext }>;
  stored: StoredCredential | null;
  attempt: Attempt;
  reason: FailureReason;
}>;

type FailureRepositories = Readonly<{
  audit: AuditLog;
  attempts: AttemptRepository;
  addressTargets: AddressTargetRepository;
}>;

/**
 * Counts a failed sign-in, unless the password was right, and tells of it, of
 * what it locked, and of an address that tries too many names.
 *
 * @returns what it locked
 */
export async function noteFailure(
  repos: FailureRepositories,
  failure: Failure,
): Promise<readonly AttemptKey[]> {
  const { audit, attempts } = repos;
  const { attempt, reason } = failure;
  const locked = reason === 'email_not_verified' ? [] : await attempts.fail(attempt);
  await audit.record({ ...eventOf(failure, 'login.failed'), data: { method: 'pwd', reason } });
  const accounts = locked.filter(({ name }) => name !== 'address');
  if (accounts.length > 0) {
    await audit.record({ ...eventOf(failure, 'account.locked'), data: lockFacts(accounts) });
  }
  if (locked.length > accounts.length) await audit.record(eventOf(failure, 'address.blocked'));
  if (reason !== 'email_not_verified') await noteTarget(repos, failure);
  return locked;
}

/** The same for names that nobody has. On a known device nothing is counted against the address, so nothing is noted. */
async function noteTarget(
  { audit, addressTargets }: FailureRepositories,
  { request: { tenant, context }, attempt: { keys } }: Failure,
): Promise<void> {
  const [address, target] = [keyOf(keys, 'address'), keyOf(keys, 'identifier')];
  if (!address || !target) return;
  const { windowSeconds } = address;
  const noted = await addressTargets.note({ address: address.hash, target: target.hash, windowSeconds });
  if (!noted.isNew || !isStuffing(noted.targets)) return;
  await audit.record({
    type: 'credential_stuffing.detected',
    outcome: 'failure',
    actor: ANONYMOUS,
    target: { type: 'tenant', id: tenant.id },
    context,
    data: { targets: noted.targets },
  });
}

function keyOf(keys: readonly AttemptKey[], name: AttemptKey['name']): AttemptKey | undefined {
  return keys.find((key) => key.name === name);
}

function lockFacts(keys: readonly AttemptKey[]): Record<string, unknown> {
  return { by: keys.map(({ name }) => name), seconds: keys[0]?.windowSeconds };
}

function eventOf(
  { request, stored }: Failure,
  type: 'login.failed' | 'account.locked' | 'address.blocked',
): NewAuditEvent {
  return {
    type,
    outcome: 'failure',
    actor: ANONYMOUS,
    target: { type: 'user', id: stored?.userId ?? null },
    context: request.context,
    addresses: { identifier: identifierText(request.identifier) },
  };
}
