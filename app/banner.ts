import { linkTo } from '../core/notifications/index.ts';

export type BannerFacts = Readonly<{
  publicUrl: string;
  isDocsOn: boolean;
  /** A worker alone: neither documents nor mailbox are to be had here. */
  servesOnlyProbes: boolean;
  /** `null`: the default tenant has its owner. */
  firstOwnerToken: string | null;
  /** Where the embedded Postgres keeps its data, or `null` with one of the operator's own. */
  embeddedIn: string | null;
}>;

/** What somebody who has just started Gatehouse on their machine wants to know. */
export function bannerOf(facts: BannerFacts): string {
  const { publicUrl, isDocsOn, servesOnlyProbes, firstOwnerToken, embeddedIn } = facts;
  const rows: [string, string][] = servesOnlyProbes
    ? [['Worker', 'runs the jobs and serves nobody']]
    : [['URL', publicUrl]];
  if (isDocsOn && !servesOnlyProbes) rows.push(['API docs', `${publicUrl}/docs`]);
  if (!servesOnlyProbes) rows.push(['Mailbox', `${publicUrl}/dev/mailbox`]);
  if (embeddedIn) rows.push(['Database', `embedded, for development only, in ${embeddedIn}`]);
  if (firstOwnerToken) rows.push(['First owner', linkTo(publicUrl, '/setup', firstOwnerToken)]);
  const lines = rows.map(([label, value]) => `    ${label.padEnd(12)} ${value}`);
  const hint = firstOwnerToken
    ? '\n    Open the last link once, within 24 hours, to become the owner of "default".\n'
    : '';
  return `\n  Gatehouse is ready\n\n${lines.join('\n')}\n${hint}\n`;
}
