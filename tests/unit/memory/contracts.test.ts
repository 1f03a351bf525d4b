import { storeContracts } from '../../contracts/all.ts';
import { memoryHarness } from '../../support/memory-harness.ts';

storeContracts(memoryHarness);
