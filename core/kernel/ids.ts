import type { Brand } from './brand.ts';
import { isUuid } from './uuid.ts';

export type TenantId = Brand<string, 'TenantId'>;
export type UserId = Brand<string, 'UserId'>;
export type SessionId = Brand<string, 'SessionId'>;

/** The id in `text`, or `null` when it is not a UUID in our one lower-case form. */
export function parseId<Id extends TenantId | UserId | SessionId>(text: unknown): Id | null {
  return typeof text === 'string' && isUuid(text) ? (text as Id) : null;
}
