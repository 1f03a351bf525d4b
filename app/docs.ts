import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renderMetricsReference } from '../adapters/metrics/reference.ts';
import { readConfig } from '../config/index.ts';
import { renderConfigurationReference, renderEnvExample } from '../config/reference.ts';
import { compose } from './compose.ts';
import { createLogger } from './logger.ts';

/**
 * Writes the documents that are made from the code, or with `--check` fails
 * when one of them is not what it would write.
 */
async function main(isCheck: boolean): Promise<void> {
  const documents: Readonly<Record<string, string>> = {
    '.env.example': renderEnvExample(),
    'docs/reference/configuration.md': renderConfigurationReference(),
    'docs/reference/metrics.md': renderMetricsReference(),
    'docs/openapi.json': await renderOpenApi(),
  };
  const stale: string[] = [];
  for (const [path, content] of Object.entries(documents)) {
    const url = new URL(`../${path}`, import.meta.url);
    const written = await readFile(url, 'utf8').catch(() => null);
    if (written === content) continue;
    stale.push(path);
    if (isCheck) continue;
    await mkdir(dirname(url.pathname), { recursive: true });
    await writeFile(url, content);
  }
  if (isCheck && stale.length > 0) {
    process.stderr.write(`Stale: ${stale.join(', ')}. Run \`npm run docs\`.\n`);
    process.exitCode = 1;
  }
}

/** The API as the routes describe it. Composed without a database: nothing here is ever asked. */
async function renderOpenApi(): Promise<string> {
  const nowhere = {
    connection: { host: '127.0.0.1', port: 1, user: 'none', database: 'none' },
    role: null,
    ssl: false,
  } as const;
  const app = await compose({
    config: readConfig({ ENVIRONMENT: 'test', PUBLIC_URL: 'http://localhost:8080' }),
    secretKeys: ['nothing is signed or sealed while documents are made'],
    databases: {
      app: nowhere,
      system: null,
      owner: null,
      provisioner: null,
      isOwnLogin: false,
      embedded: null,
    },
    logger: createLogger('silent'),
  });
  try {
    await app.http.ready();
    return `${JSON.stringify(app.http.swagger(), null, 2)}\n`;
  } finally {
    await app.close();
  }
}

await main(process.argv.includes('--check'));
