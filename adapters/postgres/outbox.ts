import { utf8 } from '../../core/kernel/bytes.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { CryptoPrimitives, SecretBox } from '../../core/kernel/ports.ts';
import type { Outbox } from '../../core/notifications/index.ts';
import { outbox } from './schema/mail.ts';
import { inSeconds } from './sql.ts';
import type { Transaction } from './transaction.ts';

/** What the sealed token of an outbox row is bound to. */
export function outboxContext(tenantId: TenantId, id: string): string {
  return `outbox:${tenantId}:${id}`;
}

export function createOutbox(
  tx: Transaction,
  tenantId: TenantId,
  { crypto, box }: Readonly<{ crypto: CryptoPrimitives; box: SecretBox }>,
): Outbox {
  return {
    async add({ template, to, facts, token, lifetimeSeconds }) {
      const id = crypto.newId();
      const sealedToken = token === null ? null : box.seal(utf8(token), outboxContext(tenantId, id));
      const expiresAt = inSeconds(lifetimeSeconds);
      await tx
        .insert(outbox)
        .values({ tenantId, id, template, recipient: to, facts, sealedToken, expiresAt });
    },
  };
}
