import { Type } from 'typebox';
import { oneOf } from '../bodies/shared.ts';
import { refusals } from '../problems/problem.ts';
import { BODY_REFUSALS, FAULTS, LIMIT_REFUSALS, SESSION_REFUSALS } from '../problems/refusal-lists.ts';
import { REAUTHENTICATE_OPTIONS_SHOWN, REAUTHENTICATE_SHOWN } from './reauthenticate-shown.ts';
import { Password } from './schemas.ts';

const strict = { additionalProperties: false } as const;
/** Longer than any code, flow or key id there is. */
const TEXT_LENGTH_MAX = 1024;

/** One of several forms: which of them it is, {@link proofOf} tells. */
export const ReauthenticateBody = Type.Object(
  {
    password: Type.Optional(Password),
    code: Type.Optional(
      Type.String({
        maxLength: TEXT_LENGTH_MAX,
        description:
          'Of an authenticator application or a backup code; with `flow_id`, a code that was mailed',
        examples: ['123456'],
      }),
    ),
    flow_id: Type.Optional(
      Type.String({
        maxLength: TEXT_LENGTH_MAX,
        description: 'As `POST /auth/reauthenticate/options` gave it',
      }),
    ),
    credential: Type.Optional(
      Type.Object({}, { description: 'What the passkey answered', additionalProperties: true }),
    ),
  },
  strict,
);

const OptionsBody = Type.Object(
  {
    method: Type.Optional(
      oneOf(['webauthn', 'email'], { description: 'What shall be begun, where the account has it' }),
    ),
  },
  strict,
);

const OptionsAnswer = Type.Object(
  {
    methods: Type.Array(
      oneOf(['password', 'totp', 'backup_code', 'webauthn', 'email'], { examples: ['password'] }),
      { description: 'By what this account can prove itself; in this release `password` or nothing' },
    ),
    flow_id: Type.Optional(Type.String({ description: 'Where something was begun' })),
    options: Type.Optional(Type.Object({}, { description: 'For the passkey', additionalProperties: true })),
  },
  { description: 'What the account has' },
);

export const REAUTHENTICATE = {
  operationId: 'reauthenticate',
  summary: 'Prove once more who one is',
  description:
    'Makes the sign-in of this session fresh, as operations want it that answer `reauthentication_required`. The answer holds a new access token, whose `auth_time` is this moment; the session keeps its refresh token and ends when it would have. Send `password`, or `code`, or `flow_id` with `credential` or `code`. This release knows no proof but the password, so any other is `code_invalid`. Wrong passwords count as at a sign-in.',
  tags: ['Sessions'],
  body: ReauthenticateBody,
  shown: REAUTHENTICATE_SHOWN,
  response: {
    200: Type.Ref('SignIn', { description: 'The session is fresh' }),
    ...refusals(
      ...SESSION_REFUSALS,
      ...BODY_REFUSALS,
      'invalid_credentials',
      'code_invalid',
      'account_locked',
      ...LIMIT_REFUSALS,
      ...FAULTS,
    ),
  },
};

export const REAUTHENTICATE_OPTIONS = {
  operationId: 'getReauthenticationOptions',
  summary: 'By what can I prove once more who I am?',
  description:
    'What the account of this session has for `POST /auth/reauthenticate`. Where it has not what `method` names, nothing is begun, and the answer tells what there is instead.',
  tags: ['Sessions'],
  body: OptionsBody,
  shown: REAUTHENTICATE_OPTIONS_SHOWN,
  response: {
    200: OptionsAnswer,
    ...refusals(...SESSION_REFUSALS, ...BODY_REFUSALS, ...LIMIT_REFUSALS, ...FAULTS),
  },
};
