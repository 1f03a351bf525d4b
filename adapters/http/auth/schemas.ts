import { Type } from 'typebox';
import { Id, nullable } from '../bodies/shared.ts';
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
const Name = Type.String({ maxLength: 200, examples: ['Ada Lovelace'] });

export const RegisterBody = Type.Object(
  {
    email: Email,
    password: Password,
    name: Type.Optional(nullable(Name)),
    username: Type.Optional(nullable(Type.String({ maxLength: 64, examples: ['ada'] }))),
    locale: Type.Optional(nullable(Type.String({ maxLength: 35, examples: ['en'] }))),
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

export const EmptyBody = Type.Object({}, strict);
export const NoContent = Type.Null({ description: 'Done' });

const TenantSummary = Type.Object({ id: Id, slug: Type.String(), name: Type.String() });

export const MeBody = Type.Object(
  {
    user: Type.Ref('User'),
    tenant: TenantSummary,
    session: nullable(Type.Ref('Session')),
    roles: Type.Array(Type.String()),
    scopes: Type.Array(Type.String()),
    credential: Type.Union([Type.Literal('session'), Type.Literal('api_key')]),
  },
  { description: 'Whom the credential stands for at this moment' },
);

export const ConfigBody = Type.Object(
  {
    tenant: TenantSummary,
    methods: Type.Object({ password: Type.Boolean(), magic_link: Type.Boolean(), passkey: Type.Boolean() }),
    signup: Type.Union([Type.Literal('open'), Type.Literal('closed'), Type.Literal('invite')]),
    email_verification_required: Type.Boolean(),
    password_policy: Type.Object({
      min_length: Type.Integer(),
      max_length: Type.Integer(),
      upper: Type.Boolean(),
      lower: Type.Boolean(),
      digit: Type.Boolean(),
    }),
    mfa: Type.Union([
      Type.Literal('off'),
      Type.Literal('optional'),
      Type.Literal('required'),
      Type.Literal('admins'),
    ]),
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
