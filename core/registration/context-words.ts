import type { Tenant } from '../tenants/index.ts';

type About = Readonly<{ tenant: Tenant; email: string; name: string | null; username: string | null }>;

/** What an attacker who knows the account would try as its password. */
export function contextWordsOf({ tenant, email, name, username }: About): readonly string[] {
  const [local = '', domain = ''] = email.split('@');
  const nameParts = (name ?? '').split(/\s+/u);
  return [
    'gatehouse',
    tenant.slug,
    tenant.name,
    email,
    local,
    domain,
    username ?? '',
    name ?? '',
    ...nameParts,
  ];
}
