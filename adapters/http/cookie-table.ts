/** A cookie of ours. What is not said here holds of all of them: {@link EVERY_COOKIE}. */
type Cookie = Readonly<{
  name: string;
  sameSite: 'strict' | 'lax';
  /** `session`: as long as the session would live without being used; `token`: as long as the access token. */
  maxAgeSeconds: number | 'session' | 'token';
  /** For the reference; whole sentences, with code between backticks. */
  about: Readonly<{ purpose: string; life: string; set: string; cleared: string; duplicated: string }>;
}>;

/** No `Domain`, so a cookie goes back to the very host that set it; never seen by scripts, nor sent over plain http. */
export const EVERY_COOKIE = { httpOnly: true, secure: true, path: '/' } as const;

/** Every cookie that this service sets, by the name it has in the code. */
export const COOKIES = {
  refresh: {
    name: 'refresh_token',
    sameSite: 'strict',
    maxAgeSeconds: 'session',
    about: {
      purpose:
        'The refresh token. There is one per host: the last sign-in of a browser takes the place of the one before it.',
      life: 'Until the session would end if it were not used any more: the earliest of `REFRESH_TOKEN_EXPIRE_DAYS`, what is left of `REFRESH_TOKEN_MAX_LIFETIME_DAYS`, and the tenant’s inactivity.',
      set: 'By a sign-in, and by each refresh that came with the cookie. With `"transport":"token"` it is not set, and the token is in the body.',
      cleared:
        'By `POST /auth/logout`; by `POST /auth/logout-all` unless the session stays; by `DELETE /auth/sessions/{id}` of the very session; where `POST /auth/refresh` refuses the token; where `POST /auth/login` answers `invalid_credentials`.',
      duplicated:
        'Two of the name: nobody can tell which is ours, so `POST /auth/refresh` answers 401 `refresh_token_invalid` and nothing is spent or ended. A cookie beside a token in the body: 400 `credentials_ambiguous`.',
    },
  },
  access: {
    name: 'access_token',
    sameSite: 'strict',
    maxAgeSeconds: 'token',
    about: {
      purpose:
        'The access token, for pages that shall not hold one. It is there only with `JWT_TOKEN_LOCATION=headers,cookies`; otherwise it is neither set nor looked at. It is looked at where a route takes an access token and the request has neither `Authorization` nor `X-API-Key`: a header always decides alone.',
      life: '`ACCESS_TOKEN_EXPIRE_MINUTES`. When it is gone, `POST /auth/refresh` sets it anew, and a sign-out wants that first.',
      set: 'Wherever `refresh_token` is set; with `"transport":"token"` neither is. Beside that by a proof of who one is (`POST /auth/reauthenticate`) that came with the cookie.',
      cleared: 'Wherever `refresh_token` is cleared.',
      duplicated: 'Two of the name: nobody can tell which is ours, so the answer is 401 `token_invalid`.',
    },
  },
  device: {
    name: '__Host-gh_device',
    sameSite: 'lax',
    maxAgeSeconds: 365 * 86_400,
    about: {
      purpose:
        'By it a browser is known on which users signed in before, so that wrong passwords from elsewhere do not lock them out. It signs nobody in.',
      life: 'A year, and each sign-in begins a new one.',
      set: 'By a sign-in that sets the refresh cookie. It holds a secret for each user of the browser, five at most.',
      cleared: 'Never; it outlives a sign-out. A year after the last sign-in it is worth nothing.',
      duplicated:
        'Two of the name, or one that is not of our making: passed over, as if the browser were not known. The next sign-in sets a new one.',
    },
  },
} as const satisfies Readonly<Record<string, Cookie>>;

/** Users of one browser that stay known on it. */
export const DEVICE_SECRETS_MAX = 5;
