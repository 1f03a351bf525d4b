import { SESSION } from '../openapi/samples.ts';
import { only, type Shown } from '../openapi/shown.ts';

/** Ada's session of the day before, on her telephone. */
const ON_THE_TELEPHONE = {
  ...SESSION,
  id: '019bbc77-b0a0-7d15-8c3e-4a6b9d2f7e01',
  current: false,
  device: null,
  browser: 'Safari',
  os: 'iOS',
  ip: '198.51.100.23',
  created_at: '2026-01-14T12:25:00.000Z',
  last_seen_at: '2026-01-15T08:30:00.000Z',
  expires_at: '2026-01-16T08:30:00.000Z',
};

export const LIST_SESSIONS_SHOWN: Shown = {
  answers: {
    200: only('Ada is signed in on two devices', {
      data: [SESSION, ON_THE_TELEPHONE],
      next_cursor: null,
      has_more: false,
    }),
  },
};

export const END_SESSION_SHOWN: Shown = { headers: { 204: ['ClearedWithCurrent'] } };

export const END_ALL_SESSIONS_SHOWN: Shown = {
  requests: {
    all: { summary: 'This session ends as well', value: {} },
    others: { summary: 'This session stays', value: { except_current: true } },
  },
  headers: { 204: ['ClearedUnlessKept'] },
};
