import type { Invitation } from './model.ts';

/** Invitations of the tenant that the unit of work was opened for. */
export interface InvitationRepository {
  insert(invitation: Invitation, lifetimeSeconds: number): Promise<void>;
  /** The invitation whatever became of it, or `null`. Whether it still works, its link tells. */
  findById(id: string): Promise<Invitation | null>;
  /** Notes when it was accepted. */
  markAccepted(id: string): Promise<void>;
}
