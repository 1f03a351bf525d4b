import type { KernelError } from './kernel/errors.ts';
import type { OneTimeTokenError } from './one-time-tokens/index.ts';
import type { PasswordError } from './passwords/index.ts';
import type { ProtectionError } from './protection/index.ts';
import type { RegistrationError } from './registration/index.ts';
import type { SessionError } from './sessions/index.ts';
import type { SignInError } from './sign-in/index.ts';
import type { TenantError } from './tenants/index.ts';
import type { UserError } from './users/index.ts';

/** Every error the domain throws. Adapters map it by `code`, and miss none. */
export type AnyDomainError =
  | KernelError
  | OneTimeTokenError
  | PasswordError
  | ProtectionError
  | RegistrationError
  | SessionError
  | SignInError
  | TenantError
  | UserError;
export type ErrorCode = AnyDomainError['code'];
