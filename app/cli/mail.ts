import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { createMailJournal } from '../../adapters/postgres/mail-journal.ts';
import { SmtpFailure } from '../../adapters/smtp/failure.ts';
import { createSmtpTransport } from '../../adapters/smtp/transport.ts';
import { type EmailAddress, parseEmailAddress } from '../../core/kernel/email-address.ts';
import { isUuid } from '../../core/kernel/uuid.ts';
import {
  createRetryMail,
  MAIL_STATUSES,
  type MailJournal,
  type MailStatus,
  type MailSummary,
} from '../../core/notifications/index.ts';
import { WrongUsage } from './exit.ts';
import { print, table } from './output.ts';
import { configFor, withSystemPool } from './workspace.ts';

/** How many mails one `mail list` shows at most. */
export const LIMIT_MAX = 1_000;
const HEADINGS = ['ID', 'TO', 'TEMPLATE', 'STATUS', 'ATTEMPTS', 'CREATED', 'DUE', 'LAST ERROR'];

type ListOptions = Readonly<{ status?: MailStatus; limit: string; json?: boolean }>;

/** `mail list`, `mail retry` and `mail test`. */
export function mailCommand(): Command {
  const mail = new Command('mail').description('Looks after the mails that are to be sent');
  mail
    .command('list')
    .description('List mails, the newest first')
    .addOption(new Option('--status <status>', 'only these').choices(MAIL_STATUSES))
    .option('--limit <number>', `how many, 1 to ${LIMIT_MAX}`, '50')
    .option('--json', 'print one JSON object')
    .action(listMails);
  mail
    .command('retry <id>')
    .description('Try a mail again at once')
    .option('--json', 'print one JSON object')
    .action(retryMail);
  mail
    .command('test')
    .description('Send a mail straight to the SMTP server and tell what it says')
    .requiredOption('--to <address>')
    .option('--json', 'print one JSON object')
    .action(testMail);
  return mail;
}

async function listMails({ status, limit, json = false }: ListOptions): Promise<void> {
  const wanted = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (wanted < 1 || wanted > LIMIT_MAX)
    throw new WrongUsage(`--limit is not a number from 1 to ${LIMIT_MAX}`);
  const mails = await withJournal((journal) => journal.list({ status: status ?? null, limit: wanted }));
  print(json, { data: mails.map(mailBody) }, table(HEADINGS, mails.map(cellsOf)));
}

async function retryMail(id: string, { json = false }: Readonly<{ json?: boolean }>): Promise<void> {
  if (!isUuid(id)) throw new WrongUsage('The id of a mail is a UUID: see `mail list`');
  const mail = await withJournal(async (journal) => {
    await createRetryMail({ journal })(id);
    return journal.find(id);
  });
  print(json, mail && mailBody(mail), `The mail ${id} is due now`);
}

function withJournal<T>(work: (journal: MailJournal) => Promise<T>): Promise<T> {
  return withSystemPool((pool) => work(createMailJournal(pool)));
}

type TestOptions = Readonly<{ to: string; json?: boolean }>;

async function testMail({ to: text, json = false }: TestOptions): Promise<void> {
  const to = parseEmailAddress(text);
  if (!to) throw new WrongUsage('--to is not one e-mail address');
  const { smtp } = configFor(['system']);
  if (!smtp) throw new WrongUsage('SMTP is not configured: set SMTP_HOST and SMTP_FROM');
  const transport = createSmtpTransport(smtp);
  try {
    const reply = await transport.deliver(testMessage(to));
    print(json, { sent: true, reply }, `${smtp.host} took the mail: ${reply}`);
  } catch (error) {
    if (!(error instanceof SmtpFailure)) throw error;
    const reply = error.reply();
    throw new Error(`${smtp.host} did not take the mail (${error.reason})${reply ? `: ${reply}` : ''}`);
  } finally {
    transport.close();
  }
}

function testMessage(to: EmailAddress) {
  return {
    id: randomUUID(),
    to,
    tenantName: 'Gatehouse',
    subject: 'A test of Gatehouse',
    text: 'This mail was sent by `gatehouse mail test`. SMTP is set up as it should be.\n',
    html: '<p>This mail was sent by <code>gatehouse mail test</code>. SMTP is set up as it should be.</p>\n',
    createdAt: new Date(),
  };
}

/** A mail as the command line tells of it: nothing of what it says. */
function mailBody(mail: MailSummary) {
  const { id, to, template, status, attempts } = mail;
  return {
    ...{ id, to, template, status, attempts },
    tenant_id: mail.tenantId,
    created_at: mail.createdAt.toISOString(),
    due_at: mail.dueAt?.toISOString() ?? null,
    last_error: mail.lastError,
  };
}

function cellsOf({ id, to, template, status, attempts, createdAt, dueAt, lastError }: MailSummary): string[] {
  const [created, due] = [createdAt.toISOString(), dueAt?.toISOString() ?? '-'];
  return [id, to, template, status, String(attempts), created, due, lastError ?? ''];
}
