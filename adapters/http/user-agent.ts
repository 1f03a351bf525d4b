import Bowser from 'bowser';

export type DeviceHint = Readonly<{ browser: string | null; os: string | null }>;

/** The browser and system that a user agent claims. A hint for people; nothing is decided by it. */
export function describeUserAgent(userAgent: string | null): DeviceHint {
  if (!userAgent) return { browser: null, os: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name || null, os: os.name || null };
}
