import { domainToASCII, domainToUnicode } from 'node:url';

/** A sender: where answers and refusals go, and the name that readers see. */
export type Sender = Readonly<{
  address: string;
  /** `null`: none was given. */
  name: string | null;
}>;

/** Reads one address, alone or as `Name <address>`, that the configuration has checked already. */
export function parseSender(text: string): Sender {
  const named = /^(.*)<([^<>]+)>$/.exec(text.trim());
  const name = named?.[1]?.trim();
  return { address: named?.[2] ?? text.trim(), name: name || null };
}

/**
 * An address as it goes over the wire: itself, or with its domain in A-labels
 * (RFC 5891) where that is the very same domain and spares the SMTPUTF8
 * extension. A domain that would come back otherwise than it went stays as it is.
 */
export function wireAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (!isAscii(local) || isAscii(domain)) return address;
  const labels = domainToASCII(domain);
  return labels !== '' && domainToUnicode(labels) === domain ? `${local}@${labels}` : address;
}

/** Whether an address can only be given to a server that offers SMTPUTF8 (RFC 6531). */
export function needsUtf8(address: string): boolean {
  return !isAscii(address);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
