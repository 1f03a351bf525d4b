import type { Lookup } from './lookup.ts';
import { isDeployed, type Variable } from './variable.ts';
import { VARIABLES } from './variables/index.ts';

/** The SMTP server that takes our mails. */
export type SmtpConfig = Readonly<{
  host: string;
  port: number;
  /** `null`: no authentication. */
  credentials: Readonly<{ user: string; password: string }> | null;
  /** One address, alone or as `Name <address>`. */
  from: string;
  tls: 'starttls' | 'tls' | 'disable';
}>;

const PORTS = { starttls: 587, tls: 465, disable: 25 } as const;

/** `null`: nobody delivers mail but the development mailbox. */
export function readSmtp(lookup: Lookup): SmtpConfig | null {
  const host = lookup.given(VARIABLES.SMTP_HOST);
  const port = lookup.given(VARIABLES.SMTP_PORT);
  const user = lookup.given(VARIABLES.SMTP_USER);
  const password = lookup.given(VARIABLES.SMTP_PASSWORD);
  const from = lookup.given(VARIABLES.SMTP_FROM);
  const tls = lookup.value(VARIABLES.SMTP_TLS);
  refuseHalves(lookup);
  if (host === null || from === null) return null;
  const credentials = user !== null && password !== null ? { user, password } : null;
  return { host, port: port ?? PORTS[tls], credentials, from, tls };
}

function refuseHalves(lookup: Lookup): void {
  const { SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM } = VARIABLES;
  refuseUnpaired(lookup, SMTP_USER, SMTP_PASSWORD);
  // Where host and sender are demanded anyway, that they are missing is said already.
  if (isDeployed(lookup.environment)) return;
  if (lookup.isSet(SMTP_HOST)) {
    if (!lookup.isSet(SMTP_FROM)) lookup.refuse(SMTP_FROM, 'is required with SMTP_HOST');
    return;
  }
  for (const variable of [SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM].filter(lookup.isSet)) {
    lookup.refuse(variable, 'is set without SMTP_HOST');
  }
}

/** Refuses the one that is missing of two that only make sense together. */
export function refuseUnpaired(lookup: Lookup, left: Variable<unknown>, right: Variable<unknown>): void {
  if (lookup.isSet(left) === lookup.isSet(right)) return;
  const [present, missing] = lookup.isSet(left) ? [left, right] : [right, left];
  lookup.refuse(missing, `is missing, though ${present.name} is set`);
}
