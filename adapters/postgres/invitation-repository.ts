import { and, eq } from 'drizzle-orm';
import type { Invitation, InvitationRepository } from '../../core/invitations/index.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { invitations } from './schema/sign-up.ts';
import { inSeconds, now } from './sql.ts';
import type { Transaction } from './transaction.ts';

export function createInvitationRepository(tx: Transaction, tenantId: TenantId): InvitationRepository {
  const byId = (id: Invitation['id']) => and(eq(invitations.tenantId, tenantId), eq(invitations.id, id));

  return {
    async insert({ id, email, roles }, lifetimeSeconds) {
      const expiresAt = inSeconds(lifetimeSeconds);
      await tx.insert(invitations).values({ id, email, roles: [...roles], tenantId, expiresAt });
    },

    async findById(id) {
      const [row] = await tx
        .select({ id: invitations.id, email: invitations.email, roles: invitations.roles })
        .from(invitations)
        .where(byId(id));
      return row ?? null;
    },

    async markAccepted(id) {
      await tx.update(invitations).set({ acceptedAt: now }).where(byId(id));
    },
  };
}
