import type { LightMyRequestResponse } from 'fastify';

const DAY_SECONDS = 86_400;

/** Every cookie that there may be (api.md, "Cookies"): how far it travels and how long it lives at most. */
const COOKIES: Readonly<Record<string, Readonly<{ sameSite: string; maxAgeSeconds: number }>>> = {
  refresh_token: { sameSite: 'Strict', maxAgeSeconds: 30 * DAY_SECONDS },
  access_token: { sameSite: 'Strict', maxAgeSeconds: DAY_SECONDS },
  '__Host-gh_flow': { sameSite: 'Lax', maxAgeSeconds: DAY_SECONDS },
  '__Host-gh_device': { sameSite: 'Lax', maxAgeSeconds: 365 * DAY_SECONDS },
  '__Host-gh_saml': { sameSite: 'None', maxAgeSeconds: 600 },
};

/** Fails on a `Set-Cookie` that is not in the table, or has an attribute more, less or other than it says. */
export function refuseUnknownCookies({ cookies }: Pick<LightMyRequestResponse, 'cookies'>): void {
  for (const { name, value, maxAge, expires, ...attributes } of cookies) {
    const { sameSite, maxAgeSeconds } = COOKIES[name] ?? {};
    const wanted = { path: '/', httpOnly: true, secure: true, sameSite };
    const isOfTable = JSON.stringify(sorted(attributes)) === JSON.stringify(sorted(wanted));
    // Cleared, or for as long as the table says at most.
    const isCleared = value === '' && maxAge === 0 && expires?.getTime() === 0;
    const isTimed =
      value !== '' &&
      maxAge !== undefined &&
      maxAge > 0 &&
      maxAge <= (maxAgeSeconds ?? 0) &&
      expires === undefined;
    if (!isOfTable || !(isCleared || isTimed)) {
      throw new Error(
        `The cookie ${name} is not as api.md has it: ${JSON.stringify({ maxAge, expires, ...attributes })}`,
      );
    }
  }
}

function sorted(attributes: object): readonly [string, unknown][] {
  return Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
}
