import { Type } from 'typebox';
import { SessionBody } from '../bodies/session.ts';
import { Id, nullable, oneOf } from '../bodies/shared.ts';
import { DeviceName, Transport } from '../bodies/sign-in.ts';

const strict = { additionalProperties: false } as const;

export const Password = Type.String({
  description: 'Compared and stored in Unicode NFC, never cut. Its length is judged by the tenant’s policy',
  examples: ['Correct-Horse-9-Battery'],
});
/** Bounds what is canonicalised; that decides whether it is one address of at most 254 characters. */
const IDENTIFIER_LENGTH_MAX = 1024;
export const Email = Type.String({
  maxLength: IDENTIFIER_LENGTH_MAX,
  description: 'One address, of at most 254 characters once it is trimmed and lower-cased',
  examples: ['ada@example.test'],
});
export const Name = Type.String({
  maxLength: 200,
  description: 'What the user is called',
  examples: ['Ada Lovelace'],
});

export const RegisterBody = Type.Object(
  {
    email: Email,
    password: Password,
    name: Type.Optional(nullable(Name)),
    username: Type.Optional(
      nullable(
        Type.String({
          maxLength: 64,
          description:
            'Once lower-cased, 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_` and `-`, a letter first; another name to sign in by',
          examples: ['ada'],
        }),
      ),
    ),
    locale: Type.Optional(
      nullable(Type.String({ maxLength: 35, description: 'A BCP 47 language tag', examples: ['en'] })),
    ),
  },
  strict,
);

export const RegisteredBody = Type.Object(
  { user: Type.Ref('User') },
  { description: 'The account that was made' },
);
export const VerificationRequiredBody = Type.Object(
  { status: Type.Literal('email_verification_required') },
  { description: 'A mail was sent, whether or not the address has an account' },
);

export const LoginBody = Type.Object(
  {
    email: Type.String({
      maxLength: IDENTIFIER_LENGTH_MAX,
      description: 'An address, or a username',
      examples: ['ada@example.test'],
    }),
    password: Password,
    transport: Type.Optional(Transport),
    device_name: Type.Optional(nullable(DeviceName)),
  },
  strict,
);

export const RefreshBody = Type.Object(
  {
    refresh_token: Type.Optional(Type.String({ description: 'Where it did not come as a cookie' })),
  },
  strict,
);

export const LogoutAllBody = Type.Object(
  {
    except_current: Type.Optional(
      Type.Boolean({ description: 'Keep the session that asks', default: false }),
    ),
  },
  strict,
);

export const NoContent = Type.Null({ description: 'Done' });

const TenantSummary = Type.Object({
  id: Id,
  slug: Type.String({ examples: ['default'] }),
  name: Type.String({ examples: ['Default'] }),
});

export const MeBody = Type.Object(
  {
    user: Type.Ref('User'),
    tenant: TenantSummary,
    session: nullable(SessionBody),
    roles: Type.Array(Type.String({ examples: ['member'] })),
    scopes: Type.Array(Type.String({ examples: ['read:user'] }), {
      description: 'What the roles of the user allow',
    }),
    credential: oneOf(['session', 'api_key'], {
      description: 'What the request came with',
    }),
  },
  { description: 'Whom the credential stands for at this moment' },
);

export const ConfigBody = Type.Object(
  {
    tenant: TenantSummary,
    methods: Type.Object({ password: Type.Boolean(), magic_link: Type.Boolean(), passkey: Type.Boolean() }),
    signup: oneOf(['open', 'closed', 'invite'], {
      description: 'Whether people may register by themselves, not at all, or by invitation',
    }),
    email_verification_required: Type.Boolean({
      description: 'Whether an account begins to exist when its address is confirmed',
    }),
    password_policy: Type.Object({
      min_length: Type.Integer(),
      max_length: Type.Integer(),
      upper: Type.Boolean(),
      lower: Type.Boolean(),
      digit: Type.Boolean(),
    }),
    mfa: oneOf(['off', 'optional', 'required', 'admins']),
    providers: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
    branding: Type.Object({
      name: Type.String(),
      color: nullable(Type.String()),
      logo_url: nullable(Type.String()),
    }),
    locales: Type.Array(Type.String(), { description: 'In which the mails and pages of this service are' }),
    default_locale: Type.String({ description: 'For whoever has chosen none: a hint to applications' }),
  },
  { description: 'What is in force at this tenant' },
);
