import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openPlaces } from '../../../adapters/geo/open-places.ts';
import { BUNDLED_FILE } from './bundled-countries.ts';

const FILE_BYTES = statSync(BUNDLED_FILE).size;

// A file of its own: nothing else is read into buffers meanwhile.
it('reads the bundled file with the first look-up of an address that may have a place, and once', async () => {
  const kept = () => process.memoryUsage().arrayBuffers;
  const before = kept();

  const places = await openPlaces(null);
  places.find('192.168.1.1');
  const opened = kept() - before;
  places.find('193.0.6.139');
  const looked = kept() - before;
  for (let last = 1; last < 100; last += 1) places.find(`193.0.6.${last}`);

  expect(opened).toBeLessThan(FILE_BYTES / 4);
  expect(looked).toBeGreaterThan(FILE_BYTES * 0.9);
  expect(kept() - before).toBeLessThan(FILE_BYTES * 1.9);
});
