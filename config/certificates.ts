import { X509Certificate } from 'node:crypto';
import { readTextFile } from './text-file.ts';
import type { Parser } from './variable.ts';

/** Certificates in PEM, given as they are or by the path of their file. */
export const certificates: Parser<string> = {
  values: 'PEM certificates, or the path of a file that holds them',
  parse(text) {
    const pem = text.startsWith('-----BEGIN') ? { value: text } : readTextFile(text);
    if ('reason' in pem || holdsCertificates(pem.value)) return pem;
    return { reason: `must be ${certificates.values}: no readable certificate was found` };
  },
};

function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.length > 0 && blocks.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
