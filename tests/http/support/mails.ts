import type { RenderedMail } from '../../../core/notifications/index.ts';
import { PASSWORD } from '../../support/service.ts';
import type { HttpService } from './http-service.ts';
import { newAddress } from './people.ts';

/** Every mail to an address so far, the newest first. */
export async function mailsTo({ app }: HttpService, to: string): Promise<readonly RenderedMail[]> {
  await app.worker?.runOnce('mail');
  return (await app.devMailbox?.list({ to, limit: 100 })) ?? [];
}

/** A tenant that makes accounts only of verified addresses. */
export async function strictTenant({ app, sql }: HttpService, slug: string) {
  const tenant = await app.services.createTenant(slug, slug);
  const settings = { email_verification_required: true };
  await sql('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [tenant.id, settings]);
  return tenant;
}

export type OpenRegistration = Readonly<{ email: string; password: string; token: string }>;

/** Registers at a tenant that wants addresses verified, and answers with the link's token. */
export async function openRegistration(
  service: HttpService,
  slug: string,
  body: Record<string, unknown> = {},
): Promise<OpenRegistration> {
  const wanted = { email: newAddress(), password: PASSWORD, ...body };
  const { statusCode } = await service.post('/auth/register', wanted, { 'x-tenant': slug });
  if (statusCode !== 202) throw new Error(`Registering at ${slug} answered ${statusCode}`);
  return { ...wanted, token: await service.mailedToken(wanted.email) };
}

/** Lets the time of everything that was mailed to an address be over. */
export async function expireLinks({ sql }: HttpService, email: string): Promise<void> {
  const past = `clock_timestamp() - interval '1 second'`;
  await sql(`UPDATE gatehouse.one_time_tokens SET expires_at = ${past} WHERE email = $1`, [email]);
  await sql(`UPDATE gatehouse.open_registrations SET expires_at = ${past} WHERE email = $1`, [email]);
}

/** The token with one of its secret bits changed. */
export function almost(token: string): string {
  return `${token.slice(0, -3)}${token.at(-3) === 'A' ? 'B' : 'A'}${token.slice(-2)}`;
}
