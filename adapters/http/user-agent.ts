import Bowser from 'bowser';
import { LRUCache } from 'lru-cache';

export type DeviceHint = Readonly<{ browser: string | null; os: string | null }>;

/** Far fewer than people: a browser of one version on one system says the same everywhere. */
const REMEMBERED_MAX = 1_000;

const remembered = new LRUCache<string, DeviceHint>({ max: REMEMBERED_MAX });

/** The browser and system that a user agent claims. A hint for people; nothing is decided by it. */
export function describeUserAgent(userAgent: string | null): DeviceHint {
  if (!userAgent) return { browser: null, os: null };
  const known = remembered.get(userAgent);
  if (known) return known;
  const { browser, os } = Bowser.parse(userAgent);
  const hint = { browser: browser.name || null, os: os.name || null };
  remembered.set(userAgent, hint);
  return hint;
}
