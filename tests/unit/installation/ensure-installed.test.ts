import { describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../../adapters/crypto/access-tokens.ts';
import { createNodeCrypto } from '../../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../../adapters/crypto/signing-keys.ts';
import { createMemoryStore, type MemoryStore } from '../../../adapters/memory/store.ts';
import { createEnsureInstalled } from '../../../core/installation/index.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { tenantSlug } from '../../support/parsed.ts';

const clock = fakeClock();
const crypto = createNodeCrypto(clock);

function emptyStore(): MemoryStore {
  return createMemoryStore({ clock, crypto, graceSeconds: 10 });
}

/** A process that starts over a store, under a secret of its own. */
function process({ unitOfWork, tenantDirectory: tenants }: MemoryStore, secret = 'the secret key') {
  const box = createSecretBox([secret]);
  const accessTokens = createAccessTokens({ box });
  const signingKeyFactory = createSigningKeyFactory({ box });
  const ensureInstalled = createEnsureInstalled({
    unitOfWork,
    tenants,
    crypto,
    signingKeyFactory,
    signingAlgorithm: 'ES256',
    accessTokens,
  });
  return { ensureInstalled, accessTokens };
}

async function slugsIn({ tenantDirectory }: MemoryStore): Promise<readonly string[]> {
  return (await tenantDirectory.list()).map(({ slug }) => slug);
}

async function platformAuditOf({ tenantDirectory, auditOf }: MemoryStore): Promise<readonly string[]> {
  const platform = await tenantDirectory.findBySlug(tenantSlug('platform'));
  return platform
    ? auditOf(platform.id)
        .map(({ type }) => type)
        .sort()
    : [];
}

describe('ensureInstalled', () => {
  it('makes the two tenants and a key, hands the key over, and tells of all in the platform', async () => {
    const store = emptyStore();
    const { ensureInstalled, accessTokens } = process(store);

    await ensureInstalled();

    expect(await slugsIn(store)).toEqual(['default', 'platform']);
    expect(accessTokens.jwks()?.keys).toHaveLength(1);
    expect(await platformAuditOf(store)).toEqual(['signing_key.created', 'tenant.created', 'tenant.created']);
  });

  it('makes nothing a second time, and hands the same key to a process that starts later', async () => {
    const store = emptyStore();
    const [first, second] = [process(store), process(store)];
    await first.ensureInstalled();

    await second.ensureInstalled();

    expect(second.accessTokens.jwks()).toEqual(first.accessTokens.jwks());
    expect(await slugsIn(store)).toEqual(['default', 'platform']);
    expect(await platformAuditOf(store)).toHaveLength(3);
  });

  it('makes everything once, however many processes start at once', async () => {
    const store = emptyStore();
    const processes = Array.from({ length: 16 }, () => process(store));

    await Promise.all(processes.map(({ ensureInstalled }) => ensureInstalled()));

    const etags = new Set(processes.map(({ accessTokens }) => accessTokens.jwks()?.etag));
    expect(etags.size).toBe(1);
    expect(await slugsIn(store)).toEqual(['default', 'platform']);
    expect(await platformAuditOf(store)).toHaveLength(3);
  });

  it('makes what a start that was broken off has left out', async () => {
    const store = emptyStore();
    const id = crypto.newId() as Parameters<MemoryStore['auditOf']>[0];
    const platform = { id, slug: tenantSlug('platform'), name: 'Platform' };
    await store.unitOfWork.run(id, ({ tenants }) => tenants.insert(platform));

    await process(store).ensureInstalled();

    expect(await slugsIn(store)).toEqual(['default', 'platform']);
    expect((await store.tenantDirectory.findBySlug(platform.slug))?.id).toBe(id);
  });

  // product.md: a SECRET_KEY that cannot open what the database holds, and nothing new is made.
  it('makes nothing where the key that is there cannot be opened', async () => {
    const store = emptyStore();
    const id = crypto.newId() as Parameters<MemoryStore['auditOf']>[0];
    const key = await createSigningKeyFactory({ box: createSecretBox(['another secret']) }).generate('ES256');
    await store.unitOfWork.run(id, async ({ tenants, signingKeys }) => {
      await tenants.insert({ id, slug: tenantSlug('platform'), name: 'Platform' });
      await signingKeys.insert(key);
    });

    await expect(process(store).ensureInstalled()).rejects.toMatchObject({ name: 'SecretUnreadable' });

    expect(await slugsIn(store)).toEqual(['platform']);
    expect(await platformAuditOf(store)).toEqual([]);
  });
});
