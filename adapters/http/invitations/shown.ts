import { GRACE, LINK_TOKEN, PASSWORD, REFRESH_TOKEN, SESSION, SIGNED_IN } from '../openapi/samples.ts';
import type { Shown } from '../openapi/shown.ts';

const OWNER_SIGNED_IN = {
  ...SIGNED_IN,
  user: GRACE,
  session: { ...SIGNED_IN.session, id: '019bb13c-a3e1-7f2a-8d15-3e6c4b9a7058' },
};

export const ACCEPT_SHOWN: Shown = {
  parameters: ['KnownDevice'],
  requests: {
    first_owner: {
      summary: 'The first owner’s link, which names no address',
      value: { token: LINK_TOKEN, email: GRACE.email, password: PASSWORD, name: GRACE.name },
    },
    invited: {
      summary: 'An invitation that was mailed to an address',
      value: {
        ...{ token: LINK_TOKEN, password: PASSWORD, name: 'Joan Clarke' },
        ...{ transport: 'token', device_name: SESSION.device },
      },
    },
  },
  answers: {
    200: {
      cookie: { summary: 'The first owner, by cookie', value: OWNER_SIGNED_IN },
      token: {
        summary: 'The refresh token is in the body',
        value: { ...OWNER_SIGNED_IN, refresh_token: REFRESH_TOKEN },
      },
    },
  },
  headers: { 200: ['SignInCookies'] },
};
