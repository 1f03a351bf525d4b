import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { userBody } from '../../adapters/http/bodies/user.ts';
import { ADMIN_ROLES, type AdminRole } from '../../core/invitations/index.ts';
import { parseEmailAddress } from '../../core/kernel/email-address.ts';
import { linkTo } from '../../core/notifications/index.ts';
import { WrongUsage } from './exit.ts';
import { print } from './output.ts';
import { tenantBody } from './tenant.ts';
import { withServices } from './workspace.ts';

type CreateOptions = Readonly<{
  email: string;
  tenant: string;
  role: AdminRole;
  passwordStdin?: boolean;
  json?: boolean;
}>;

/** `admin create`. */
export function adminCommand(): Command {
  const admin = new Command('admin').description('Makes administrators');
  admin
    .command('create')
    .description('Make an administrator, or give an existing user the role')
    .requiredOption('--email <address>')
    .option('--tenant <slug>', 'slug or id of the tenant', 'default')
    .addOption(new Option('--role <role>').choices(ADMIN_ROLES).default('owner'))
    .option('--password-stdin', 'read the password from standard input; without it an invitation is made')
    .option('--json', 'print one JSON object')
    .action(createAdmin);
  return admin;
}

async function createAdmin(options: CreateOptions): Promise<void> {
  const email = parseEmailAddress(options.email);
  if (!email) throw new WrongUsage('--email is not one e-mail address');
  const password = options.passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : null;
  await withServices(async ({ config, services }) => {
    const tenant = await services.resolveTenant.byName(options.tenant);
    const { user, token } = await services.createAdmin(tenant, email, options.role, password);
    const link = token && linkTo(config.publicUrl, '/accept-invitation', token);
    const answer = { user: user && userBody(user), tenant: tenantBody(tenant), role: options.role, link };
    const done = user ? `${email} is ${options.role} of ${tenant.slug}` : `Invited ${email}: ${link}`;
    print(options.json ?? false, answer, done);
  });
}
