import { Type } from 'typebox';
import { LogoutAllBody, NoContent } from '../auth/schemas.ts';
import { ListQuery, listBody } from '../bodies/list.ts';
import { SessionBody } from '../bodies/session.ts';
import { refusals } from '../problems/problem.ts';
import { BODY_REFUSALS, FAULTS, LIST_REFUSALS, SESSION_REFUSALS } from '../problems/refusal-lists.ts';
import { END_ALL_SESSIONS_SHOWN, END_SESSION_SHOWN, LIST_SESSIONS_SHOWN } from './shown.ts';

/** Of any form: what is no id at all names nothing either, and is told as such. */
const SessionParams = Type.Object({
  id: Type.String({
    description:
      'The id of a session of one’s own, as `GET /auth/sessions` and `session.id` of a sign-in tell it',
    examples: ['0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'],
  }),
});

export const LIST_SESSIONS = {
  operationId: 'listSessions',
  summary: 'Where am I signed in?',
  description:
    'The caller’s own sessions that are live at this moment, the newest first. The one that asks is `current`. `last_seen_at` of the others is written down every half minute.',
  tags: ['Sessions'],
  querystring: ListQuery,
  shown: LIST_SESSIONS_SHOWN,
  response: {
    200: listBody(SessionBody, 'A page of the sessions'),
    ...refusals(...SESSION_REFUSALS, ...LIST_REFUSALS, ...FAULTS),
  },
};

export const END_SESSION = {
  operationId: 'endSession',
  summary: 'Sign out on one device',
  description:
    'Ends one session of the caller’s own, at once. Where that is the session that asks, the refresh cookie is cleared as well. Not repeatable: a session that has ended is no longer there, so ending it again is 404, as is one of somebody else and an id that never was.',
  tags: ['Sessions'],
  params: SessionParams,
  shown: END_SESSION_SHOWN,
  response: {
    204: NoContent,
    ...refusals(...SESSION_REFUSALS, ...BODY_REFUSALS, 'not_found', ...FAULTS),
  },
};

export const END_ALL_SESSIONS = {
  operationId: 'endAllSessions',
  summary: 'Sign out on every device',
  description:
    'The same as `POST /auth/logout-all`: ends every session of the user, this one too unless `except_current` says otherwise.',
  tags: ['Sessions'],
  body: LogoutAllBody,
  shown: END_ALL_SESSIONS_SHOWN,
  response: { 204: NoContent, ...refusals(...SESSION_REFUSALS, ...BODY_REFUSALS, ...FAULTS) },
};
