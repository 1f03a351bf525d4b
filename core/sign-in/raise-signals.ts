import { type AuditLog, type NewAuditEvent, userActor } from '../audit/index.ts';
import type { SessionId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type NewMail, newDeviceMail, type Outbox, suspiciousActivityMail } from '../notifications/index.ts';
import type { Sighting, Signal } from '../protection/index.ts';
import type { SessionRepository } from '../sessions/index.ts';
import type { AlertMode, EffectiveSettings } from '../tenants/index.ts';
import type { User } from '../users/index.ts';

export type SignalRepositories = Readonly<{
  sessions: Pick<SessionRepository, 'demandStepUp'>;
  audit: AuditLog;
  outbox: Outbox;
}>;

/** What was seen of a session, and whose it is. */
export type Raised = Readonly<{
  signals: readonly Signal[];
  user: User;
  sessionId: SessionId;
  now: Sighting;
  context: RequestContext;
}>;

/**
 * Tells of what is remarkable about a session, in the caller's transaction:
 * each signal to the audit log and, as the tenant has set it, all of them
 * together to the user in one mail, and by a demand to prove again who they are.
 *
 * A mail goes to a verified address alone: who has not proved that a mailbox is
 * theirs cannot be told by it. Without a signal nothing is written.
 */
export async function raiseSignals(
  { sessions, audit, outbox }: SignalRepositories,
  alerts: EffectiveSettings['alerts'],
  raised: Raised,
): Promise<void> {
  const { signals, user, sessionId } = raised;
  const responses = signals.map((signal) => ({ signal, response: responseTo(signal, alerts) }));
  for (const { signal, response } of responses) await audit.record(eventOf(raised, signal, response));
  const told = responses.filter(({ response }) => response !== 'off');
  if (told.length === 0) return;
  if (told.some(({ response }) => response === 'step_up')) await sessions.demandStepUp(sessionId);
  const kinds = told.map(({ signal }) => signal.kind);
  if (user.emailVerified) await outbox.add(mailOf(raised, kinds));
}

function responseTo({ kind }: Signal, { newDevice, suspicious }: EffectiveSettings['alerts']): AlertMode {
  return kind === 'new_device' ? newDevice : suspicious;
}

function eventOf(
  { user, sessionId, context }: Raised,
  { kind, data }: Signal,
  response: AlertMode,
): NewAuditEvent {
  const isDevice = kind === 'new_device';
  // What somebody called their device tells of them, and would outlive them here.
  const { device: _device, ...facts } = data;
  return {
    type: isDevice ? 'device.added' : 'suspicion.raised',
    outcome: 'success',
    actor: userActor(user.id),
    target: { type: 'session', id: sessionId },
    context,
    data: { ...facts, ...(isDevice ? {} : { kind }), response },
  };
}

/** A new device alone is no cause for alarm; with anything else it is part of what looks wrong. */
function mailOf({ user, now }: Raised, kinds: readonly Signal['kind'][]): NewMail {
  const origin = { userAgent: now.userAgent, country: now.place?.country ?? null };
  return kinds.every((kind) => kind === 'new_device')
    ? newDeviceMail(user.email, origin)
    : suspiciousActivityMail(user.email, origin, kinds);
}
