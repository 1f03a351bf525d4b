import { createNodeCrypto } from '../../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../../adapters/crypto/signing-keys.ts';
import { createMemoryStore } from '../../../adapters/memory/store.ts';
import { OPERATOR } from '../../../core/audit/index.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import { NO_REQUEST } from '../../../core/kernel/request-context.ts';
import {
  createKeepKeys,
  createListKeys,
  createResealKeys,
  createRetireKey,
  createRotateKeys,
  ensureSigningKey,
  type JwtAlgorithm,
  type SigningKeyRecord,
} from '../../../core/tokens/index.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { tenantSlug } from '../../support/parsed.ts';

export const BY = { actor: OPERATOR, context: NO_REQUEST };
/** How long access tokens live here. */
export const TOKEN_SECONDS = 900;

type ProcessOptions = Readonly<{ algorithm?: JwtAlgorithm; secrets?: readonly string[] }>;
export type KeyFixture = Awaited<ReturnType<typeof keyFixture>>;

/** An installation with the key that its first start made. */
export async function keyFixture() {
  const clock = fakeClock();
  const crypto = createNodeCrypto(clock);
  const store = createMemoryStore({ clock, crypto, graceSeconds: 10 });
  const platformId = crypto.newId() as TenantId;
  const { unitOfWork, tenantDirectory: tenants } = store;

  /** What a process of such settings does with the keys. */
  const process = ({ algorithm = 'ES256', secrets = ['the secret key'] }: ProcessOptions = {}) => {
    const factory = createSigningKeyFactory({ box: createSecretBox(secrets) });
    const deps = { unitOfWork, tenants, factory, algorithm, accessTokenSeconds: TOKEN_SECONDS };
    return {
      ...{ factory, keep: createKeepKeys(deps), list: createListKeys(deps) },
      rotate: createRotateKeys(deps),
      retire: createRetireKey(deps),
      reseal: createResealKeys(deps),
    };
  };

  const records = (): Promise<readonly SigningKeyRecord[]> =>
    unitOfWork.run(platformId, ({ signingKeys }) => signingKeys.records());
  await unitOfWork.run(platformId, async (repos) => {
    await repos.tenants.insert({ id: platformId, slug: tenantSlug('platform'), name: 'Platform' });
    await ensureSigningKey(repos, process().factory, 'ES256');
  });

  return {
    ...{ clock, store, platformId, process, records, ...process() },
    /** The key in that state. */
    async kidOf(state: 'active' | 'next'): Promise<string> {
      const found = (await records()).find(({ key }) => key.state === state);
      if (!found) throw new Error(`There is no ${state} key`);
      return found.key.kid;
    },
    async recordOf(kid: string): Promise<SigningKeyRecord> {
      const found = (await records()).find(({ key }) => key.kid === kid);
      if (!found) throw new Error(`There is no key ${kid}`);
      return found;
    },
    /** What was told since the first start: each type, with what its data say of the reason. */
    told: (): readonly string[] =>
      store
        .auditOf(platformId)
        .slice(1)
        .map(({ type, data, actor }) => [actor.type, type, data['reason']].filter(Boolean).join(' ')),
  };
}
