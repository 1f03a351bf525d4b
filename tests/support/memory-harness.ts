import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createMemoryStore } from '../../adapters/memory/store.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { GRACE_SECONDS, type HarnessOptions, type StoreHarness } from '../contracts/harness.ts';
import { fakeClock } from '../fakes/clock.ts';
import { tenantSlug } from './parsed.ts';

/** The memory adapter behind the harness of the contracts, its clock standing still between `passTime`s. */
export async function memoryHarness({
  graceSeconds = GRACE_SECONDS,
}: HarnessOptions = {}): Promise<StoreHarness> {
  const clock = fakeClock();
  const crypto = createNodeCrypto(clock);
  const { tamper, auditOf, ...ports } = createMemoryStore({ clock, crypto, graceSeconds });

  return {
    ...ports,
    crypto,
    marginSeconds: 1,
    async makeTenant(slug) {
      const id = crypto.newId() as TenantId;
      const wanted = { id, slug: tenantSlug(slug ?? `t${id.replaceAll('-', '')}`), name: slug ?? 'A tenant' };
      const tenant = await ports.unitOfWork.run(id, ({ tenants }) => tenants.insert(wanted));
      if (!tenant) throw new Error(`The slug ${slug} is taken`);
      return tenant;
    },
    passTime: async (seconds) => clock.advance(seconds),
    setUserStatus: tamper.setUserStatus,
    setTenantStatus: tamper.setTenantStatus,
    setTenantSettings: tamper.setTenantSettings,
    auditOf: async (tenantId) => auditOf(tenantId),
  };
}
