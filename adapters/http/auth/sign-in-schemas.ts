import { Type } from 'typebox';
import { refusals } from '../problems/problem.ts';
import {
  BODY_REFUSALS,
  FAULTS,
  LIMIT_REFUSALS,
  NAMED_TENANT_REFUSALS,
  NEW_PASSWORD_REFUSALS,
} from '../problems/refusal-lists.ts';
import { LoginBody, RegisterBody, RegisteredBody, VerificationRequiredBody } from './schemas.ts';
import { LOGIN_SHOWN, REGISTER_SHOWN } from './shown.ts';

export const REGISTER = {
  operationId: 'register',
  summary: 'Sign up',
  description:
    'Makes an account, or, where the tenant wants addresses verified first, mails a link that makes it. In that case the answer is the same for every address.',
  tags: ['Sign-up and sign-in'],
  body: RegisterBody,
  shown: REGISTER_SHOWN,
  response: {
    201: RegisteredBody,
    202: VerificationRequiredBody,
    ...refusals(
      ...BODY_REFUSALS,
      ...NAMED_TENANT_REFUSALS,
      'signup_closed',
      'username_taken',
      'email_already_registered',
      ...LIMIT_REFUSALS,
      ...NEW_PASSWORD_REFUSALS,
      ...FAULTS,
    ),
  },
};

export const LOGIN = {
  operationId: 'login',
  summary: 'Sign in by password',
  description:
    'Whatever is wrong with the details, the answer and its time are the same. The refresh token is set as a cookie, or given in the body with `"transport":"token"`.',
  tags: ['Sign-up and sign-in'],
  body: LoginBody,
  shown: LOGIN_SHOWN,
  response: {
    200: Type.Ref('SignIn', { description: 'Signed in' }),
    ...refusals(
      ...BODY_REFUSALS,
      ...NAMED_TENANT_REFUSALS,
      'invalid_credentials',
      'email_not_verified',
      'account_locked',
      ...LIMIT_REFUSALS,
      ...FAULTS,
    ),
  },
};
