import { defaultText } from '../../config/variable.ts';
import { VARIABLES } from '../../config/variables/index.ts';
import { DEFAULT_SLUG, parseSettingsPatch, settingsWithoutEffect } from '../../core/tenants/index.ts';
import { block, codes, page, table } from './markdown.ts';
import { ALL_SETTINGS, changeOf, type Setting } from './setting-table.ts';

/** The text of `docs/reference/settings.md`. */
export function renderSettings(): string {
  const opening = {
    title: 'Tenant settings',
    says: 'What the environment sets holds for all tenants, and what a tenant has set itself holds for that tenant. Here is every setting with its values, what holds without it, and what follows from it.',
    source: '`app/docs/setting-table.ts`',
  };
  const rows = ALL_SETTINGS.map(([pointer, setting]) => [
    `\`${pointer.slice(1).replace('/', '.')}\``,
    valuesOf(setting),
    withoutOf(setting),
    `${setting.about}${effectOf(pointer, setting)}`,
  ]);
  return page(opening, [
    HOW,
    '## Settings',
    table(['setting', 'values', 'without it', 'what follows'], rows),
    NOTES,
  ]);
}

const HOW = `A name with a dot is a field of a group:

${block(JSON.stringify({ signup: 'closed', lockout: { max_attempts: 3 } }), 'json')}

They are set by \`tenant set\` ([Command line](cli.md#gatehouse-tenant-set)); \`GET /auth/config\` tells a sign-in page what
is in force. What is left out of a change stays, \`null\` returns to what holds without it, and an unknown field or a
value that is not allowed changes nothing: [the guide](../guides/tenant-settings.md) tells more.`;

const NOTES = `An origin is written as a browser sends it: scheme, host and, where it is not the usual one, port. No path, no
trailing slash, no \`*\`, no capitals. **Not yet** means that the value is checked and kept for the release that goes by
it. Numbers behind variables are their defaults in production: see [Configuration](configuration.md).`;

function valuesOf({ values }: Setting): string {
  if (values.kind === 'flag') return 'true, false';
  if (values.kind === 'choice') return codes(values.options);
  if (values.kind === 'integer') return `whole number, ${values.min} to ${values.max}`;
  return values.says;
}

function withoutOf({ without }: Setting): string {
  if (typeof without === 'string') return without;
  return `\`${without.variable}\` (${defaultText(VARIABLES[without.variable], 'production') ?? 'none'})`;
}

/** What the command says, too, when it stores a setting that nothing goes by yet. */
function effectOf(pointer: string, { sample }: Setting): string {
  const patch = parseSettingsPatch(changeOf(pointer, sample));
  const [idle] = settingsWithoutEffect({ slug: DEFAULT_SLUG }, patch);
  return idle ? ` **Not yet:** ${idle.reason}.` : '';
}
