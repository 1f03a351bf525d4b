import type { AuditActor, AuditEventType, AuditLog, NewAuditEvent } from '../audit/index.ts';
import { Unavailable } from '../kernel/errors.ts';
import type { TenantId } from '../kernel/ids.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { PLATFORM_SLUG, type TenantDirectory, type TenantRepository } from '../tenants/index.ts';
import type {
  JwtAlgorithm,
  SigningKey,
  SigningKeyFactory,
  SigningKeyRecord,
  SigningKeyRepository,
} from './ports.ts';
import { type KeysInForce, keysInForce, verifiesForSeconds } from './rotation.ts';

export type KeyRepositories = Readonly<{
  tenants: TenantRepository;
  signingKeys: SigningKeyRepository;
  audit: AuditLog;
}>;

export type KeyDeps = Readonly<{
  unitOfWork: UnitOfWork<KeyRepositories>;
  tenants: TenantDirectory;
  factory: SigningKeyFactory;
  /** What new keys are made for. */
  algorithm: JwtAlgorithm;
  /** How long an access token lives. */
  accessTokenSeconds: number;
}>;

/** Who changes keys, and from where. */
export type KeyChanger = Readonly<{ actor: AuditActor; context: RequestContext }>;

/** Why a key signs no more. */
export type RetirementReason = 'rotated' | 'replaced' | 'revoked';

/**
 * The changes to keys that can be made under the installation lock, each told
 * in the audit log of `platform`. They are in an order in which there is never
 * a second `active` or `next` key.
 */
export interface KeyChanges {
  records(): Promise<readonly SigningKeyRecord[]>;
  inForce(): Promise<KeysInForce>;
  /** As {@link isFitFor}. */
  isFit(record: SigningKeyRecord): boolean;
  makeNext(): Promise<void>;
  /** Puts a new key in the place of `next`, as much asked for as that was. Nothing was ever signed with it. */
  replaceNext(next: SigningKeyRecord): Promise<void>;
  /** Lets `next` sign in the place of `active`, which verifies what it has signed until that has expired. */
  activateNext(keys: KeysInForce): Promise<void>;
  askFor(next: SigningKeyRecord): Promise<void>;
  /** Ends a key at this moment, for signing and for verifying. */
  revoke(record: SigningKeyRecord): Promise<void>;
  /** Seals private halves anew under the newest secret, and answers how many. */
  reseal(records: readonly SigningKeyRecord[]): Promise<number>;
  eraseExpired(): Promise<void>;
}

/** Whether a key is one that this process would make, and could sign with. */
export function isFitFor({ algorithm, factory }: KeyDeps, { key }: SigningKeyRecord): boolean {
  return key.algorithm === algorithm && factory.canOpen(key);
}

/**
 * A key made beforehand: it takes a good while to find one for RSA, and no lock
 * should be held meanwhile. Where more are needed they are made on the spot.
 */
export async function prepareKey({ factory, algorithm }: KeyDeps): Promise<() => Promise<SigningKey>> {
  const prepared = [await factory.generate(algorithm)];
  return async () => prepared.pop() ?? factory.generate(algorithm);
}

/** How the keys are at this moment; whoever acts on it looks again under the lock. */
export async function readRecords(deps: KeyDeps): Promise<readonly SigningKeyRecord[]> {
  return deps.unitOfWork.run(await platformId(deps), ({ signingKeys }) => signingKeys.records());
}

/** Runs `work` in one unit of work, while no other process changes keys. */
export async function changeKeys<T>(
  deps: KeyDeps,
  by: KeyChanger,
  work: (changes: KeyChanges) => Promise<T>,
  makeKey: () => Promise<SigningKey> = deps.factory.generate.bind(null, deps.algorithm),
): Promise<T> {
  return deps.unitOfWork.run(await platformId(deps), async (repos) => {
    await repos.tenants.lockInstallation();
    return work(changesIn(repos, { deps, by, makeKey }));
  });
}

type Means = Readonly<{ deps: KeyDeps; by: KeyChanger; makeKey: () => Promise<SigningKey> }>;

function changesIn({ signingKeys, audit }: KeyRepositories, { deps, by, makeKey }: Means): KeyChanges {
  const tell = (type: AuditEventType, { kid, algorithm }: SigningKey, data: object = {}): Promise<void> =>
    audit.record({
      ...{ type, outcome: 'success', ...by, target: { type: 'signing_key', id: null } },
      data: { kid, algorithm, ...data },
    });
  const retire = async ({ key }: SigningKeyRecord, seconds: number, reason: RetirementReason) => {
    await signingKeys.retire(key.kid, seconds);
    await tell('signing_key.retired', key, { reason, verifies_for_seconds: seconds });
  };
  const insertNext = async (): Promise<string> => {
    const key: SigningKey = { ...(await makeKey()), state: 'next' };
    await signingKeys.insert(key);
    await tell('signing_key.created', key);
    return key.kid;
  };

  return {
    records: () => signingKeys.records(),
    inForce: async () => keysInForce(await signingKeys.records()),
    isFit: (record) => isFitFor(deps, record),
    makeNext: async () => {
      await insertNext();
    },
    async replaceNext(next) {
      await retire(next, 0, 'replaced');
      const kid = await insertNext();
      if (next.isAskedFor) await signingKeys.askFor(kid);
    },
    async activateNext({ active, next }) {
      if (!next) return;
      if (active) await retire(active, verifiesForSeconds(deps.accessTokenSeconds), 'rotated');
      await signingKeys.activate(next.key.kid);
      await tell('signing_key.activated', next.key);
    },
    askFor: ({ key }) => signingKeys.askFor(key.kid),
    revoke: (record) => retire(record, 0, 'revoked'),
    async reseal(records) {
      let count = 0;
      for (const { key } of records) {
        const old = key.sealedPrivateKey;
        if (old && (await signingKeys.replaceBox(key.kid, old, deps.factory.reseal(key)))) count += 1;
      }
      if (count > 0) await audit.record(reencrypted('signing_keys', count, by));
      return count;
    },
    eraseExpired: () => signingKeys.eraseExpired(),
  };
}

/** What is told of secrets that were sealed anew. */
export function reencrypted(kind: 'signing_keys' | 'mails', count: number, by: KeyChanger): NewAuditEvent {
  return {
    ...{ type: 'secrets.reencrypted', outcome: 'success', ...by },
    target: { type: 'secret_key', id: null },
    data: { kind, count },
  };
}

async function platformId({ tenants }: KeyDeps): Promise<TenantId> {
  const platform = await tenants.findBySlug(PLATFORM_SLUG);
  if (!platform) throw new Unavailable(1, { cause: new Error('Nothing is installed yet') });
  return platform.id;
}
