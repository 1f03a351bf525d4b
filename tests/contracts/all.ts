import { attemptsContract } from './attempts.contract.ts';
import { auditContract } from './audit.contract.ts';
import { credentialLookupContract } from './credential-lookup.contract.ts';
import { devMailboxContract } from './dev-mailbox.contract.ts';
import type { MakeHarness } from './harness.ts';
import { invitationsContract } from './invitations.contract.ts';
import { knownDevicesContract } from './known-devices.contract.ts';
import { mailCapContract } from './mail-cap.contract.ts';
import { mailJournalContract } from './mail-journal.contract.ts';
import { mailOrderContract } from './mail-order.contract.ts';
import { mailQueueContract } from './mail-queue.contract.ts';
import { oneTimeTokensContract } from './one-time-tokens.contract.ts';
import { registrationsContract } from './registrations.contract.ts';
import { sessionCheckContract } from './session-check.contract.ts';
import { sessionRotateContract } from './session-rotate.contract.ts';
import { sessionsContract } from './sessions.contract.ts';
import { signingKeysContract } from './signing-keys.contract.ts';
import { tenantsContract } from './tenants.contract.ts';
import { unitOfWorkContract } from './unit-of-work.contract.ts';
import { userInsertionContract } from './user-insertion.contract.ts';
import { usersContract } from './users.contract.ts';

/** Every promise that a store makes through its ports, one suite a port. */
export function storeContracts(makeHarness: MakeHarness): void {
  unitOfWorkContract(makeHarness);
  userInsertionContract(makeHarness);
  usersContract(makeHarness);
  credentialLookupContract(makeHarness);
  attemptsContract(makeHarness);
  knownDevicesContract(makeHarness);
  oneTimeTokensContract(makeHarness);
  registrationsContract(makeHarness);
  invitationsContract(makeHarness);
  sessionsContract(makeHarness);
  sessionCheckContract(makeHarness);
  sessionRotateContract(makeHarness);
  tenantsContract(makeHarness);
  signingKeysContract(makeHarness);
  mailQueueContract(makeHarness);
  mailOrderContract(makeHarness);
  mailCapContract(makeHarness);
  mailJournalContract(makeHarness);
  devMailboxContract(makeHarness);
  auditContract(makeHarness);
}
