/**
 * Invitations: accounts that somebody offers to somebody else.
 *
 * Holds two promises. An invitation makes one account, whoever opens its link
 * how often; and of any number of first-owner links one makes the owner.
 *
 * @module
 */
export {
  type Acceptance,
  type AcceptInvitation,
  type AcceptRepositories,
  createAcceptInvitation,
} from './accept-invitation.ts';
export {
  ADMIN_ROLES,
  type AdminRole,
  type CreateAdmin,
  type CreateAdminRepositories,
  createCreateAdmin,
} from './create-admin.ts';
export {
  createInvite,
  FIRST_OWNER_LIFETIME_SECONDS,
  INVITATION_LIFETIME_SECONDS,
  type Invite,
  type InviteRepositories,
} from './invite.ts';
export type { Invitation } from './model.ts';
export type { InvitationRepository } from './ports.ts';
