import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { renderStagingExample } from '../../../config/staging-example.ts';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';
import { readRoot } from '../../support/packaging/repository.ts';
import { everySetting, exampleSettings } from '../../support/packaging/settings.ts';
import { SELF_SIGNED_CERTIFICATE } from '../../support/self-signed.ts';

/** What is no example any more once it is filled in. */
const FILLED_IN = {
  SECRET_KEY: 'k3yk3yk3y-0123456789-abcdefghijklmnop',
  DATABASE_CA: SELF_SIGNED_CERTIFICATE,
  REDIS_CA: SELF_SIGNED_CERTIFICATE,
};

describe('.env.staging.example', () => {
  it('is what the code makes', () => {
    expect(readRoot('.env.staging.example')).toBe(renderStagingExample());
  });

  it.each([
    'staging',
    'production',
  ])('is all that %s demands, once the secrets are filled in', (ENVIRONMENT) => {
    const config = readConfig({ ...everySetting(), ...FILLED_IN, ENVIRONMENT });

    expect(config).toMatchObject({ environment: ENVIRONMENT, publicUrl: 'https://auth.staging.example.com' });
  });

  it('is refused as it stands, so that nobody runs on its examples', () => {
    expect(() => readConfig(exampleSettings())).toThrow(/is required in staging/);
    expect(() =>
      readConfig({ ...everySetting(), ...FILLED_IN, SECRET_KEY: everySetting()['SECRET_KEY'] }),
    ).toThrow(/our own examples/);
  });

  it('names what staging demands, each once, and nothing that is unknown', () => {
    const named = Object.keys(everySetting());
    const demanded = ALL_VARIABLES.filter(({ demandedBy = [] }) => demandedBy.length > 0).map(
      ({ name }) => name,
    );

    expect(demanded.filter((name) => !named.includes(name))).toEqual([]);
    expect(named.filter((name) => !ALL_VARIABLES.some((variable) => variable.name === name))).toEqual([]);
    expect(readRoot('.env.staging.example').match(/^#?[A-Z_]+=/gm)).toHaveLength(named.length);
  });

  it('sets no secret', () => {
    const secrets = ALL_VARIABLES.filter(({ isSecret }) => isSecret).map(({ name }) => name);

    expect(Object.keys(exampleSettings()).filter((name) => secrets.includes(name))).toEqual([]);
  });
});
