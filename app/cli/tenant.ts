import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { OPERATOR } from '../../core/audit/index.ts';
import { NO_REQUEST } from '../../core/kernel/request-context.ts';
import {
  parseSettingsPatch,
  parseTenantSlug,
  settingsWithoutEffect,
  type Tenant,
  type TenantDirectory,
  TenantNotFound,
} from '../../core/tenants/index.ts';
import { WrongUsage } from './exit.ts';
import { print, table } from './output.ts';
import { withServices } from './workspace.ts';

type CreateOptions = Readonly<{ slug: string; name: string; json?: boolean }>;
type SetOptions = Readonly<{ slug: string; jsonFile: string; json?: boolean }>;

/** `tenant create`, `tenant list` and `tenant set`. */
export function tenantCommand(): Command {
  const tenant = new Command('tenant').description('Makes, lists and sets up tenants');
  tenant
    .command('create')
    .description('Make a tenant')
    .requiredOption('--slug <slug>', 'its short name: 2–63 of a–z, 0–9 and "-"')
    .requiredOption('--name <name>', 'its name as people read it')
    .option('--json', 'print one JSON object')
    .action(({ slug, name, json = false }: CreateOptions) =>
      withServices(async ({ services }) => {
        const made = await services.createTenant(slug, name);
        print(json, tenantBody(made), `Made the tenant ${made.slug} (${made.id})`);
      }),
    );
  tenant
    .command('list')
    .description('List all tenants')
    .option('--json', 'print one JSON object')
    .action(({ json = false }: Readonly<{ json?: boolean }>) =>
      withServices(async ({ services }) => {
        const tenants = await services.tenants.list();
        const rows = tenants.map(({ slug, name, status, id }) => [slug, name, status, id]);
        print(json, { data: tenants.map(tenantBody) }, table(['SLUG', 'NAME', 'STATUS', 'ID'], rows));
      }),
    );
  tenant
    .command('set')
    .description('Change what a tenant has set itself')
    .requiredOption('--slug <slug>', 'which tenant')
    .requiredOption(
      '--json-file <file>',
      'a JSON object of settings ("-" reads standard input): what is left out stays, null returns to the environment’s value',
    )
    .option('--json', 'print one JSON object')
    .action(setSettings);
  return tenant;
}

async function setSettings({ slug, jsonFile, json = false }: SetOptions): Promise<void> {
  const patch = parseSettingsPatch(await readJson(jsonFile));
  await withServices(async ({ services }) => {
    const { id } = await findTenant(services.tenants, slug);
    const by = { actor: OPERATOR, context: NO_REQUEST };
    const { tenant, changed } = await services.setTenantSettings(id, patch, by);
    for (const { pointer, reason } of settingsWithoutEffect(tenant, patch)) {
      process.stderr.write(`gatehouse: ${pointer} is stored and takes no effect: ${reason}\n`);
    }
    const done = changed.length > 0 ? `Changed ${changed.join(', ')}` : 'Nothing to change';
    print(json, tenantBody(tenant), `${done} at ${tenant.slug} (${tenant.id})`);
  });
}

/** A suspended tenant is found too: what it has set may be why it was suspended. */
async function findTenant(tenants: TenantDirectory, text: string): Promise<Tenant> {
  const slug = parseTenantSlug(text);
  const tenant = slug && (await tenants.findBySlug(slug));
  if (!tenant) throw new TenantNotFound();
  return tenant;
}

async function readJson(file: string): Promise<unknown> {
  const content = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch(
    (error: NodeJS.ErrnoException) => {
      throw new WrongUsage(`--json-file cannot be read (${error.code ?? error.name})`);
    },
  );
  try {
    return JSON.parse(content);
  } catch {
    throw new WrongUsage('--json-file does not hold valid JSON');
  }
}

/** A tenant as the command line tells of it. `settings` holds what it has set itself. */
export function tenantBody({ id, slug, name, status, settings, createdAt }: Tenant) {
  return { id, slug, name, status, settings, created_at: createdAt.toISOString() };
}
