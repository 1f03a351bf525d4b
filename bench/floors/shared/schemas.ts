const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const texts = { type: 'array', items: text } as const;

/** Whose token it was, in a few members. */
export const LEAN_ANSWER = {
  type: 'object',
  properties: {
    user: { type: 'object', properties: { id: text, email: text, name: textOrNull } },
    aal: { type: 'integer' },
  },
} as const;

/** Member for member what the service answers at `GET /auth/me`. */
export const FULL_ANSWER = {
  type: 'object',
  properties: {
    user: {
      type: 'object',
      properties: {
        ...{
          id: text,
          email: text,
          email_verified: { type: 'boolean' },
          username: textOrNull,
          name: textOrNull,
        },
        ...{
          locale: textOrNull,
          picture: textOrNull,
          metadata: { type: 'object', additionalProperties: true },
        },
        ...{ status: text, mfa_enabled: { type: 'boolean' }, roles: texts },
        ...{ created_at: text, updated_at: text, last_login_at: textOrNull },
      },
    },
    tenant: { type: 'object', properties: { id: text, slug: text, name: text } },
    session: {
      type: 'object',
      properties: {
        ...{
          id: text,
          current: { type: 'boolean' },
          device: textOrNull,
          browser: textOrNull,
          os: textOrNull,
        },
        ...{ ip: textOrNull, location: textOrNull, created_at: text, last_seen_at: text, expires_at: text },
        ...{ amr: texts, aal: { type: 'integer' } },
      },
    },
    roles: texts,
    scopes: texts,
    credential: text,
  },
} as const;

/** What signing in and refreshing answer. */
export const REFRESH_ANSWER = {
  type: 'object',
  properties: { access_token: text, token_type: text, expires_in: { type: 'integer' }, refresh_token: text },
} as const;
