import { ANONYMOUS, type AuditLog, type NewAuditEvent } from '../audit/index.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Attempt, AttemptKey, AttemptRepository } from '../protection/index.ts';
import { type Identifier, identifierText } from '../users/index.ts';
import type { StoredCredential } from './ports.ts';
import type { SignInRefusal } from './steps.ts';

/** Why a sign-in by password failed, as the audit log tells it and nobody else. */
export type FailureReason = SignInRefusal | 'wrong_password' | 'unknown_user' | 'user_locked';

type Failure = Readonly<{
  request: Readonly<{ identifier: Identifier; context: RequestContext }>;
  stored: StoredCredential | null;
  attempt: Attempt;
  reason: FailureReason;
}>;

/**
 * Counts a failed sign-in, unless the password was right, and tells of it and of what it locked.
 *
 * @returns what it locked
 */
export async function noteFailure(
  { audit, attempts }: Readonly<{ audit: AuditLog; attempts: AttemptRepository }>,
  failure: Failure,
): Promise<readonly AttemptKey[]> {
  const { attempt, reason } = failure;
  const locked = reason === 'email_not_verified' ? [] : await attempts.fail(attempt);
  await audit.record({ ...eventOf(failure, 'login.failed'), data: { method: 'pwd', reason } });
  const accounts = locked.filter(({ name }) => name !== 'address');
  if (accounts.length > 0) {
    await audit.record({ ...eventOf(failure, 'account.locked'), data: lockFacts(accounts) });
  }
  if (locked.length > accounts.length) await audit.record(eventOf(failure, 'address.blocked'));
  return locked;
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
