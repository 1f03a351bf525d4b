import type { AuditLog } from '../audit/index.ts';
import { Unavailable } from '../kernel/errors.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import { PLATFORM_SLUG, type TenantDirectory } from '../tenants/index.ts';
import { type KeyChanger, type ResealKeys, reencrypted } from '../tokens/index.ts';
import type { SealedMails, SealedMailsMark } from './ports.ts';

/** How many secrets were sealed anew, and how many are still under an older value. */
export type Resealed = Readonly<{ resealed: number; left: number }>;
export type Reencrypted = Readonly<{ signingKeys: Resealed; mails: Resealed }>;

/**
 * Seals everything anew that is stored under another value of `SECRET_KEY` than the newest.
 *
 * May be called at any time, by any number of processes, beside servers that
 * run: a row that is in use is left for the next call. Once nothing is left,
 * and nobody seals under an older value any more, that value opens nothing.
 *
 * @param isStopped asked before each batch, so that whoever is to stop need not wait for all
 * @throws {Unavailable}
 */
export type Reencrypt = (by: KeyChanger, isStopped?: () => boolean) => Promise<Reencrypted>;

export type ReencryptDeps = Readonly<{
  resealKeys: ResealKeys;
  sealedMails: SealedMails;
  unitOfWork: UnitOfWork<Readonly<{ audit: AuditLog }>>;
  tenants: TenantDirectory;
}>;

export function createReencrypt(deps: ReencryptDeps): Reencrypt {
  return async (by, isStopped = () => false) => {
    const signingKeys = await deps.resealKeys(by);
    return { signingKeys, mails: await resealMails(deps, by, isStopped) };
  };
}

async function resealMails(deps: ReencryptDeps, by: KeyChanger, isStopped: () => boolean): Promise<Resealed> {
  const total = { resealed: 0, left: 0 };
  let mark: SealedMailsMark | null = null;
  while (!isStopped()) {
    const batch = await deps.sealedMails.reseal(mark);
    total.resealed += batch.resealed;
    total.left += batch.left;
    mark = batch.next;
    if (mark === null) break;
  }
  if (total.resealed > 0) await tell(deps, total.resealed, by);
  return total;
}

/** Afterwards: who may touch the mails of all tenants may not write into any audit log. What a mail says stays the same. */
async function tell({ tenants, unitOfWork }: ReencryptDeps, count: number, by: KeyChanger): Promise<void> {
  const platform = await tenants.findBySlug(PLATFORM_SLUG);
  if (!platform) throw new Unavailable(1, { cause: new Error('Nothing is installed yet') });
  await unitOfWork.run(platform.id, ({ audit }) => audit.record(reencrypted('mails', count, by)));
}
