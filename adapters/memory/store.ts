import type { TenantId } from '../../core/kernel/ids.ts';
import type { Clock, CryptoPrimitives, UnitOfWork } from '../../core/kernel/ports.ts';
import type { DevMailbox, MailJournal, MailQueue, MailTransport } from '../../core/notifications/index.ts';
import type { AttemptStore } from '../../core/protection/index.ts';
import type { Repositories } from '../../core/repositories.ts';
import type { RevocationLog } from '../../core/revocation/index.ts';
import type { SessionStore } from '../../core/sessions/index.ts';
import type { CredentialLookup } from '../../core/sign-in/index.ts';
import type { TenantDirectory } from '../../core/tenants/index.ts';
import { createAttemptStore } from './attempts.ts';
import { createDatabase } from './database.ts';
import { createDevMailbox } from './dev-mailbox.ts';
import { createMailJournal } from './mail-journal.ts';
import { createMailQueue } from './outbox.ts';
import { createRevocationLog } from './revocation-log.ts';
import { createSessionStore } from './session-store.ts';
import type { RecordedEvent } from './tables.ts';
import { createTamper, type Tamper } from './tamper.ts';
import { createTenantDirectory } from './tenants.ts';
import { createUnitOfWork } from './unit-of-work.ts';
import { createCredentialLookup } from './users.ts';

export type MemoryStoreOptions = Readonly<{
  /** Judges every expiry; the store asks no other. */
  clock: Clock;
  crypto: CryptoPrimitives;
  /** How long the newest spent refresh token still yields its successor; 0: not at all. */
  graceSeconds: number;
}>;

/**
 * Every port of the store in this process, over the same data. It is lost with
 * the process; in all else it keeps the promises that Postgres keeps, one unit
 * of work at a time.
 */
export type MemoryStore = Readonly<{
  unitOfWork: UnitOfWork<Repositories>;
  tenantDirectory: TenantDirectory;
  sessionStore: SessionStore;
  revocationLog: RevocationLog;
  credentialLookup: CredentialLookup;
  attemptStore: AttemptStore;
  mailQueue: MailQueue;
  mailJournal: MailJournal;
  devMailbox: DevMailbox;
  /** Delivers into {@link MemoryStore.devMailbox}. */
  devTransport: MailTransport;
  /** The committed events of a tenant, the oldest first. */
  auditOf(tenantId: TenantId): readonly RecordedEvent[];
  /** For tests: changes for which the domain has no use case yet. */
  tamper: Tamper;
}>;

export function createMemoryStore({ clock, crypto, graceSeconds }: MemoryStoreOptions): MemoryStore {
  const database = createDatabase();
  const mailbox = createDevMailbox();
  return {
    unitOfWork: createUnitOfWork({ database, clock, crypto }),
    tenantDirectory: createTenantDirectory(database),
    sessionStore: createSessionStore({ database, clock, crypto, graceSeconds }),
    revocationLog: createRevocationLog(database),
    credentialLookup: createCredentialLookup(database, clock),
    attemptStore: createAttemptStore(database, { clock, crypto }),
    mailQueue: createMailQueue({ database, clock, isShown: mailbox.holds }),
    mailJournal: createMailJournal(database, clock),
    devMailbox: mailbox,
    devTransport: mailbox,
    auditOf: (tenantId) =>
      [...database.committed().tablesOf(tenantId).events.values()].map(({ event }) => event),
    tamper: createTamper(database),
  };
}
