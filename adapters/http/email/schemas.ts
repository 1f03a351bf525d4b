import { Type } from 'typebox';
import { Email, Password } from '../auth/schemas.ts';
import { nullable } from '../bodies/shared.ts';
import { refusals } from '../problems/problem.ts';
import {
  BODY_REFUSALS,
  FAULTS,
  LIMIT_REFUSALS,
  LINK_REFUSALS,
  NAMED_TENANT_REFUSALS,
  SESSION_REFUSALS,
} from '../problems/refusal-lists.ts';
import { RESEND_SHOWN, STATUS_SHOWN, VERIFY_SHOWN } from './shown.ts';

const strict = { additionalProperties: false } as const;
const VerifyBody = Type.Object(
  {
    token: Type.String({ description: 'What stands behind `#token=` in the link' }),
    password: Type.Optional(Password),
  },
  strict,
);
const VerifiedBody = Type.Object(
  { status: Type.Literal('verified') },
  { description: 'The address is confirmed' },
);
const ResendBody = Type.Object({ email: Email }, strict);
const AcceptedBody = Type.Object(
  { status: Type.Literal('accepted') },
  { description: 'A mail is sent if there is something to confirm' },
);
const StatusBody = Type.Object(
  {
    email: Type.String({ examples: ['ada@example.test'] }),
    verified: Type.Boolean({ description: 'Whether it was shown to be the user’s own' }),
    pending_email: nullable(
      Type.String({ description: 'The address that it is to become; `null` in this release' }),
    ),
  },
  { description: 'How things stand with the address' },
);

export const VERIFY = {
  operationId: 'verifyEmail',
  summary: 'Confirm an address by the link mailed to it',
  description:
    'Makes the account that was asked for, or marks an existing one verified. Signs nobody in. While several people have registered the address, the password chosen with this link is wanted too.',
  tags: ['E-mail'],
  body: VerifyBody,
  shown: VERIFY_SHOWN,
  response: {
    200: VerifiedBody,
    ...refusals(
      ...BODY_REFUSALS,
      ...LINK_REFUSALS,
      'password_required',
      'invalid_credentials',
      'account_locked',
      ...LIMIT_REFUSALS,
      ...FAULTS,
    ),
  },
};

export const RESEND = {
  operationId: 'resendVerification',
  summary: 'Ask for a further verification link',
  description: 'The answer is the same for every address.',
  tags: ['E-mail'],
  body: ResendBody,
  shown: RESEND_SHOWN,
  response: {
    202: AcceptedBody,
    ...refusals(...BODY_REFUSALS, ...NAMED_TENANT_REFUSALS, ...LIMIT_REFUSALS, ...FAULTS),
  },
};

export const STATUS = {
  operationId: 'getEmailStatus',
  summary: 'Whether one’s address is verified',
  description: 'Of the user whose access token it is, as it stands at this moment.',
  shown: STATUS_SHOWN,
  tags: ['E-mail'],
  response: {
    200: StatusBody,
    ...refusals(...SESSION_REFUSALS, ...FAULTS),
  },
};
