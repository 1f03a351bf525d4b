import { storeContracts } from '../contracts/all.ts';
import { postgresHarness } from '../support/postgres-harness.ts';

storeContracts(postgresHarness);
