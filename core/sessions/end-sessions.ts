import { type AuditLog, userActor } from '../audit/index.ts';
import { NotFound } from '../kernel/errors.ts';
import type { SessionId, TenantId, UserId } from '../kernel/ids.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { UserRepository } from '../users/index.ts';
import type { SessionEndReason } from './model.ts';
import type { SessionRepository } from './ports.ts';

export type EndSessionsRepositories = Readonly<{
  sessions: SessionRepository;
  users: UserRepository;
  audit: AuditLog;
}>;

/** Whose sessions, and who asks. */
export type SessionOwner = Readonly<{ tenantId: TenantId; userId: UserId; sessionId: SessionId }>;

/** Ends sessions on their owner's own word. Committed when it resolves. */
export interface EndSessions {
  /**
   * Ends the one of the user's sessions that has this id: the owner's own, or another.
   *
   * @throws {NotFound} the user has no live session of that id, whether it has ended, is another's or never was
   */
  byId(owner: SessionOwner, id: SessionId, context: RequestContext): Promise<void>;
  /** Ends all of the user's sessions, or all but the owner's own. */
  all(owner: SessionOwner, isCurrentKept: boolean, context: RequestContext): Promise<void>;
}

export function createEndSessions(unitOfWork: UnitOfWork<EndSessionsRepositories>): EndSessions {
  return {
    async byId({ tenantId, userId }, id, context) {
      const hasEnded = await unitOfWork.run(tenantId, async ({ sessions, users, audit }) => {
        await users.lock(userId);
        if (!(await sessions.endOneOf(userId, id, 'revoked'))) return false;
        await audit.record(sessionEnded(userId, id, 'revoked', context));
        return true;
      });
      if (!hasEnded) throw new NotFound();
    },

    async all({ tenantId, userId, sessionId }, isCurrentKept, context) {
      await unitOfWork.run(tenantId, async ({ sessions, users, audit }) => {
        // A sign-in that is completing at this moment comes wholly before or wholly after.
        await users.lock(userId);
        const ended = await sessions.endAllOf(userId, 'logout_all', isCurrentKept ? sessionId : null);
        for (const id of ended) await audit.record(sessionEnded(userId, id, 'logout_all', context));
      });
    },
  };
}

/** The event that tells of a session's end on its user's account. */
export function sessionEnded(
  userId: UserId,
  sessionId: SessionId,
  reason: SessionEndReason,
  context: RequestContext,
) {
  return {
    type: 'session.ended',
    outcome: 'success',
    actor: userActor(userId),
    target: { type: 'session', id: sessionId },
    context,
    data: { reason },
  } as const;
}
