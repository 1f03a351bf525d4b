import { PLATFORM_SLUG, type Tenant } from './model.ts';
import type { SettingsPatch } from './settings-patch.ts';

/** A setting that was stored and that nothing goes by, and why not. */
export type SettingWithoutEffect = Readonly<{ pointer: string; reason: string }>;

const NOBODY_ASKS =
  'the mail is sent and the demand is noted; no operation of this release asks for a fresh sign-in yet';

/** What of a change is kept for a later release, or can never hold at this tenant. */
export function settingsWithoutEffect(
  { slug }: Pick<Tenant, 'slug'>,
  { signup, mfa, methods, return_origins: origins, default_locale: locale, alerts }: SettingsPatch,
): readonly SettingWithoutEffect[] {
  const all: readonly (readonly [isIdle: unknown, pointer: string, reason: string])[] = [
    [
      slug === PLATFORM_SLUG && signup && signup !== 'closed',
      '/signup',
      'the tenant "platform" is always closed',
    ],
    [mfa && mfa !== 'off', '/mfa', 'this release has no second factors'],
    [methods?.magic_link, '/methods/magic_link', 'this release has no magic links'],
    [methods?.passkey, '/methods/passkey', 'this release has no passkeys'],
    [
      origins && origins.length > 0,
      '/return_origins',
      'this release sends no browser back to an application',
    ],
    [
      locale && !/^en\b/.test(locale),
      '/default_locale',
      'applications are told, but mails and pages of this release are in English',
    ],
    [alerts?.new_device === 'step_up', '/alerts/new_device', NOBODY_ASKS],
    [alerts?.suspicious === 'step_up', '/alerts/suspicious', NOBODY_ASKS],
  ];
  return all.flatMap(([isIdle, pointer, reason]) => (isIdle ? [{ pointer, reason }] : []));
}
