import { expect, it } from 'vitest';
import { readDockerfile, stageNamed } from '../../support/packaging/dockerfile.ts';
import { readRoot } from '../../support/packaging/repository.ts';

const PACKAGES = ['maxmind', 'mmdb-lib', '@ip-location-db/geo-whois-asn-country-mmdb'];

it.each(PACKAGES)('an installation without development packages has %s', (name) => {
  const { packages } = JSON.parse(readRoot('package-lock.json'));

  const found = packages[`node_modules/${name}`];
  expect(found).toMatchObject({ version: expect.any(String) });
  expect([found.dev, found.optional, found.devOptional, found.peer]).toEqual(Array(4).fill(undefined));
});

it('the image keeps the country data', () => {
  const { instructions } = stageNamed(readDockerfile(), 'dependencies');

  const removed = instructions.filter(({ keyword }) => keyword === 'RUN').map(({ text }) => text);
  expect(removed.join(' ')).not.toMatch(/ip-location-db|maxmind|mmdb|--omit=optional/);
});
