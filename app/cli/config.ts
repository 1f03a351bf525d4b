import { Command } from 'commander';
import { openPlaces } from '../../adapters/geo/open-places.ts';
import { findMisspelt, loadEnvironment } from '../../config/index.ts';
import { generateSecretKey } from '../../config/secret-key.ts';
import { print } from './output.ts';
import { configFor } from './workspace.ts';

/** `config check` and `config generate-secret`. */
export function configCommand(): Command {
  const config = new Command('config').description('Checks the configuration and makes secrets');
  config
    .command('check')
    .description('Read the whole configuration and tell every problem')
    .option('--json', 'print one JSON object')
    .action(async ({ json = false }: Readonly<{ json?: boolean }>) => {
      const { environment, geoipDb } = configFor(['server']);
      await openPlaces(geoipDb);
      for (const misspelt of findMisspelt(loadEnvironment())) process.stderr.write(`${misspelt}\n`);
      print(json, { valid: true, environment }, `The configuration is valid for ${environment}`);
    });
  config
    .command('generate-secret')
    .description('Print a new SECRET_KEY')
    .option('--json', 'print one JSON object')
    .action(({ json = false }: Readonly<{ json?: boolean }>) => {
      const secret = generateSecretKey();
      print(json, { secret_key: secret }, secret);
    });
  return config;
}
