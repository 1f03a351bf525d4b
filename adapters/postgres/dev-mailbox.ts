import type pg from 'pg';
import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type {
  DevMailbox,
  MailTemplate,
  MailTransport,
  RenderedMail,
} from '../../core/notifications/index.ts';
import { createQuery } from './query.ts';

/** How many mails the development mailbox keeps, the newest. */
export const KEPT_MAX = 1_000;

const STORE = `
  INSERT INTO gatehouse.dev_mails (tenant_id, id, recipient, template, subject, text, html, links, token, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`;
const FORGET = `
  DELETE FROM gatehouse.dev_mails d USING (
    SELECT tenant_id, id FROM gatehouse.dev_mails ORDER BY id DESC OFFSET ${KEPT_MAX}
  ) old WHERE d.tenant_id = old.tenant_id AND d.id = old.id`;
const LIST = `
  SELECT tenant_id, id, recipient, template, subject, text, html, links, token, created_at FROM gatehouse.dev_mails
  WHERE $1::text IS NULL OR recipient = $1 ORDER BY id DESC LIMIT $2`;

type DevMailRow = Readonly<{
  tenant_id: TenantId;
  id: string;
  recipient: EmailAddress;
  template: MailTemplate;
  subject: string;
  text: string;
  html: string;
  links: string[];
  token: string | null;
  created_at: Date;
}>;

/**
 * The development mailbox: a transport that keeps mails readable in the
 * database, and the view of them over all tenants. The newest 1,000 are kept.
 *
 * @param pool connections that act as `gatehouse_system`
 */
export function createDevMailbox(pool: pg.Pool): MailTransport & DevMailbox {
  const query = createQuery(pool);

  return {
    async send({ tenantId, id, to, template, subject, text, html, links, token, createdAt }) {
      const values = [
        tenantId,
        id,
        to,
        template,
        subject,
        text,
        html,
        JSON.stringify(links),
        token,
        createdAt,
      ];
      await query(STORE, values);
      await query(FORGET);
    },

    async list({ to, limit }) {
      const { rows } = await query<DevMailRow>(LIST, [to, limit]);
      return rows.map(toRenderedMail);
    },
  };
}

function toRenderedMail({
  tenant_id: tenantId,
  recipient: to,
  created_at: createdAt,
  ...mail
}: DevMailRow): RenderedMail {
  return { ...mail, tenantId, to, createdAt };
}
