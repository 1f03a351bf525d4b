import { clientText } from '../describe-client.ts';
import type { MailContents } from '../model.ts';

const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** When, with what and from where something was done, in one line. Says nothing that is not out of a list of ours. */
export function originLine({ createdAt, facts }: Pick<MailContents, 'createdAt' | 'facts'>): string {
  const country = countryName(facts['country']);
  const parts = [
    momentText(createdAt),
    clientText(facts['browser'], facts['system']),
    ...(country ? [country] : []),
  ];
  return `${parts.join(', ')}.`;
}

/** To the minute, the same for everybody: `2026-11-22 09:30 UTC`. */
function momentText(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function countryName(code: string | undefined): string | undefined {
  return code && /^[A-Z]{2}$/.test(code) ? COUNTRY_NAMES.of(code) : undefined;
}
