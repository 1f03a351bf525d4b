import { ADA, LINK_TOKEN, PASSWORD } from '../openapi/samples.ts';
import { only, type Shown } from '../openapi/shown.ts';

export const VERIFY_SHOWN: Shown = {
  requests: {
    link: { summary: 'The link is enough', value: { token: LINK_TOKEN } },
    password: {
      summary: 'Several people asked for an account with the address',
      value: { token: LINK_TOKEN, password: PASSWORD },
    },
  },
  answers: { 200: only('The address is confirmed', { status: 'verified' }) },
};

export const RESEND_SHOWN: Shown = {
  requests: only('For one address', { email: ADA.email }),
  answers: { 202: only('The same for every address', { status: 'accepted' }) },
};

export const STATUS_SHOWN: Shown = {
  answers: {
    200: only('Ada has not followed the link yet', {
      email: ADA.email,
      verified: false,
      pending_email: null,
    }),
  },
};
