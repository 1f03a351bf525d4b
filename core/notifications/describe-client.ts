/** Each browser with what gives it away. The first that fits: most of them claim to be others as well. */
const BROWSERS = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOP(?:R|T|iOS)\/|\bOpera\b/],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const;

/** As {@link BROWSERS}, of systems. */
const SYSTEMS = [
  ['Windows', /\bWindows\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['macOS', /\bMac(?:intosh| OS X)\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

/** What a client says of itself, in words of ours: nothing that it wrote is in here. `null`: nothing that we know. */
export type ClientDescription = Readonly<{
  browser: (typeof BROWSERS)[number][0] | null;
  system: (typeof SYSTEMS)[number][0] | null;
}>;

/** The browser and system that a user agent claims, each out of a closed list, without a version. A hint for people. */
export function describeClient(userAgent: string | null): ClientDescription {
  const find = <Name>(table: readonly (readonly [Name, RegExp])[]): Name | null =>
    userAgent === null ? null : (table.find(([, sign]) => sign.test(userAgent))?.[0] ?? null);
  return {
    browser: find<(typeof BROWSERS)[number][0]>(BROWSERS),
    system: find<(typeof SYSTEMS)[number][0]>(SYSTEMS),
  };
}

/** A client in words, such as `Firefox on Windows`. What is in no list of ours is left out, whoever wrote it. */
export function clientText(browser: string | undefined, system: string | undefined): string {
  const known = (table: readonly (readonly [string, RegExp])[], name: string | undefined) =>
    table.find(([listed]) => listed === name)?.[0];
  const [program, place] = [known(BROWSERS, browser) ?? 'an unknown program', known(SYSTEMS, system)];
  return place ? `${program} on ${place}` : program;
}
