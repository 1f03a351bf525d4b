import type { TenantSettings } from './model.ts';
import type { SettingsPatch } from './settings-patch.ts';

/** The settings after a change (RFC 7396). A group of which nothing is left goes as a whole. */
export function mergeSettings(settings: TenantSettings, patch: SettingsPatch): TenantSettings {
  return mergeFields<TenantSettings>(settings, {
    ...patch,
    methods: mergeGroup(settings.methods, patch.methods),
    password_policy: mergeGroup(settings.password_policy, patch.password_policy),
    lockout: mergeGroup(settings.lockout, patch.lockout),
    branding: mergeGroup(settings.branding, patch.branding),
    alerts: mergeGroup(settings.alerts, patch.alerts),
  });
}

/** One setting that differs. `null`: the environment's value holds. */
export type SettingDifference = Readonly<{ name: string; before: unknown; after: unknown }>;

/** What differs between the settings of before and after. */
export function differencesOf(
  settings: TenantSettings,
  changed: TenantSettings,
): readonly SettingDifference[] {
  const [before, after] = [new Map(Object.entries(settings)), new Map(Object.entries(changed))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((setting) => JSON.stringify(setting.before) !== JSON.stringify(setting.after));
}

type Changes<T> = { readonly [Field in keyof T]?: T[Field] | null | undefined };

function mergeGroup<T extends object>(
  stored: T | undefined,
  change: Changes<T> | null | undefined,
): Partial<T> | null | undefined {
  if (change === null || change === undefined) return change;
  const merged = mergeFields<T>(stored ?? {}, change);
  return Object.keys(merged).length === 0 ? null : merged;
}

function mergeFields<T extends object>(stored: Partial<T>, change: Changes<T>): Partial<T> {
  const merged: { -readonly [Field in keyof T]?: T[Field] } = { ...stored };
  for (const name in change) {
    const value = change[name];
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = value;
  }
  return merged;
}
