import type { InvitationRepository } from '../../core/invitations/index.ts';
import type { RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

/** The invitations of one tenant, as a draft sees them. */
export function createInvitationRepository({
  tables: { invitations },
  clock,
}: RepositoryContext): InvitationRepository {
  return {
    async insert(invitation, lifetimeSeconds) {
      const expiresAt = secondsAfter(clock.now(), lifetimeSeconds);
      invitations.set(invitation.id, { invitation, expiresAt, acceptedAt: null });
    },
    async findById(id) {
      return invitations.get(id)?.invitation ?? null;
    },
    async markAccepted(id) {
      const row = invitations.get(id);
      if (row) invitations.set(id, { ...row, acceptedAt: clock.now() });
    },
  };
}
