import { PASSWORD, SIGNED_IN } from '../openapi/samples.ts';
import { only, type Shown } from '../openapi/shown.ts';

export const REAUTHENTICATE_SHOWN: Shown = {
  parameters: ['KnownDevice'],
  requests: { password: { summary: 'By the password', value: { password: PASSWORD } } },
  answers: { 200: only('The session is fresh, and goes on with the refresh token that it has', SIGNED_IN) },
  headers: { 200: ['RenewedAccessCookie'] },
};

export const REAUTHENTICATE_OPTIONS_SHOWN: Shown = {
  requests: { all: { summary: 'What is there?', value: {} } },
  answers: { 200: only('Ada has a password', { methods: ['password'] }) },
};
