import { onTestFinished } from 'vitest';
import {
  createSmtpTransport,
  type SmtpTransport,
  type SmtpTransportOptions,
} from '../../adapters/smtp/transport.ts';
import { MailNotTaken, type OutgoingMail } from '../../core/notifications/index.ts';

type Address = Readonly<{ host: string; port: number }>;

/** A transport to a server of the test's, closed when the test is over. In the clear, unless told otherwise. */
export function transportTo(
  { host, port }: Address,
  options: Partial<SmtpTransportOptions> = {},
): SmtpTransport {
  const transport = createSmtpTransport({
    ...{ host, port, tls: 'disable', credentials: null, from: 'no-reply@auth.example' },
    ...options,
  });
  onTestFinished(() => transport.close());
  return transport;
}

/** What a transport makes of a mail: `taken`, or why not and whether that is for good. */
export async function attempt(transport: SmtpTransport, mail: OutgoingMail): Promise<string> {
  try {
    await transport.send(mail);
    return 'taken';
  } catch (error) {
    if (!(error instanceof MailNotTaken)) throw error;
    return `${error.isFinal ? 'final' : 'for now'}: ${error.reason}`;
  }
}
