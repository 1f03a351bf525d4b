import { Command } from 'commander';
import type { Tenant } from '../../core/tenants/index.ts';
import { print, table } from './output.ts';
import { withServices } from './workspace.ts';

type CreateOptions = Readonly<{ slug: string; name: string; json?: boolean }>;

/** `tenant create` and `tenant list`. */
export function tenantCommand(): Command {
  const tenant = new Command('tenant').description('Makes and lists tenants');
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
  return tenant;
}

/** A tenant as the command line tells of it. */
export function tenantBody({ id, slug, name, status, createdAt }: Tenant) {
  return { id, slug, name, status, created_at: createdAt.toISOString() };
}
