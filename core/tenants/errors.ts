import { DomainError } from '../kernel/errors.ts';

/** `X-Tenant` or the host names no tenant. */
export class TenantNotFound extends DomainError {
  readonly code = 'tenant_not_found';
  constructor() {
    super('No tenant goes by that name or id');
  }
}

export class TenantSuspended extends DomainError {
  readonly code = 'tenant_suspended';
  constructor() {
    super('This tenant is suspended; its administrator can say why');
  }
}

/** The credential belongs to one tenant and the request names another. Nothing was spent or counted. */
export class TenantMismatch extends DomainError {
  readonly code = 'tenant_mismatch';
  constructor() {
    super('The credential belongs to another tenant than the one that X-Tenant names');
  }
}

export class TenantSlugTaken extends DomainError {
  readonly code = 'tenant_slug_taken';
  constructor() {
    super('Another tenant has this slug');
  }
}

/** Tokens that name another party as their audience would be taken there for its own. */
export class AudienceNotAllowed extends DomainError {
  readonly code = 'audience_not_allowed';
  constructor() {
    super("The audience must be the tenant's id, or an absolute URI on one of its verified domains");
  }
}

export type TenantError =
  | TenantNotFound
  | TenantSuspended
  | TenantMismatch
  | TenantSlugTaken
  | AudienceNotAllowed;
