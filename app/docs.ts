import { renderMetricsReference } from '../adapters/metrics/reference.ts';
import { renderConfigurationReference, renderEnvExample } from '../config/reference.ts';
import { renderStagingExample } from '../config/staging-example.ts';
import { readApiDocument } from './docs/api-document.ts';
import { renderAuditEvents } from './docs/audit-events.ts';
import { renderCli } from './docs/cli.ts';
import { renderCookies } from './docs/cookies.ts';
import { bringUpToDate, type Document } from './docs/documents.ts';
import { renderEndpoints } from './docs/endpoints.ts';
import { renderErrors } from './docs/errors.ts';
import { renderLimits } from './docs/limits.ts';
import { lintApi } from './docs/lint.ts';
import { renderRevocation } from './docs/revocation.ts';
import { renderScopes } from './docs/scopes.ts';
import { renderSettings } from './docs/settings.ts';
import { renderUserStories } from './docs/user-stories.ts';

/** Every document that is made from the code. */
const DOCUMENTS: readonly Document[] = [
  { path: '.env.example', render: renderEnvExample },
  { path: '.env.staging.example', render: renderStagingExample },
  { path: 'docs/explanation/revocation.md', render: renderRevocation },
  { path: 'docs/openapi.json', render: ({ api }) => `${JSON.stringify(api, null, 2)}\n` },
  { path: 'docs/reference/audit-events.md', render: renderAuditEvents },
  { path: 'docs/reference/cli.md', render: renderCli },
  { path: 'docs/reference/configuration.md', render: renderConfigurationReference },
  { path: 'docs/reference/cookies.md', render: renderCookies },
  { path: 'docs/reference/endpoints.md', render: renderEndpoints },
  { path: 'docs/reference/errors.md', render: renderErrors },
  { path: 'docs/reference/limits.md', render: renderLimits },
  { path: 'docs/reference/metrics.md', render: renderMetricsReference },
  { path: 'docs/reference/scopes.md', render: renderScopes },
  { path: 'docs/reference/settings.md', render: renderSettings },
  { path: 'docs/user-stories.md', render: renderUserStories },
];

/**
 * Writes those documents below the working directory, or with `--check` fails
 * when one of them is not what it would write. Either way it fails on what a
 * linter finds in the OpenAPI document.
 */
async function main(isCheck: boolean): Promise<void> {
  const sources = { api: await readApiDocument() };
  const stale = await bringUpToDate(DOCUMENTS, { root: process.cwd(), sources, isCheck });
  for (const finding of await lintApi(sources.api)) {
    process.stderr.write(`docs/openapi.json: ${finding}\n`);
    process.exitCode = 1;
  }
  if (!isCheck || stale.length === 0) return;
  process.stderr.write(`Stale: ${stale.join(', ')}. Run \`npm run docs\`.\n`);
  process.exitCode = 1;
}

await main(process.argv.includes('--check'));
