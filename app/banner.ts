import { linkTo } from '../core/notifications/index.ts';

export type BannerFacts = Readonly<{
  publicUrl: string;
  isDocsOn: boolean;
  /** `null`: the default tenant has its owner. */
  firstOwnerToken: string | null;
  /** Where the embedded Postgres keeps its data, or `null` with one of the operator's own. */
  embeddedIn: string | null;
}>;

/** What somebody who has just started Gatehouse on their machine wants to know. */
export function bannerOf({ publicUrl, isDocsOn, firstOwnerToken, embeddedIn }: BannerFacts): string {
  const rows: [string, string][] = [['URL', publicUrl]];
  if (isDocsOn) rows.push(['API docs', `${publicUrl}/docs`]);
  rows.push(['Mailbox', `${publicUrl}/dev/mailbox`]);
  if (embeddedIn) rows.push(['Database', `embedded, for development only, in ${embeddedIn}`]);
  if (firstOwnerToken) rows.push(['First owner', linkTo(publicUrl, '/setup', firstOwnerToken)]);
  const lines = rows.map(([label, value]) => `    ${label.padEnd(12)} ${value}`);
  const hint = firstOwnerToken
    ? '\n    Open the last link once, within 24 hours, to become the owner of "default".\n'
    : '';
  return `\n  Gatehouse is ready\n\n${lines.join('\n')}\n${hint}\n`;
}
