import { type Static, Type } from 'typebox';
import type { Session } from '../../../core/sessions/index.ts';
import type { LocationOf } from '../location.ts';
import { describeUserAgent } from '../user-agent.ts';
import { AssuranceLevel, Id, Methods, nullable, TIMESTAMP, Timestamp } from './shared.ts';

export const SessionBody = Type.Object({
  id: Id,
  current: Type.Boolean({ description: 'Whether this very request came with it' }),
  device: nullable(Type.String({ description: 'What the client called its device' })),
  browser: nullable(Type.String({ description: 'As the user agent claims' })),
  os: nullable(Type.String({ description: 'As the user agent claims' })),
  ip: nullable(Type.String({ description: 'Where it was last refreshed from, or signed in' })),
  location: nullable(
    Type.String({
      description:
        'City and country of `ip` in English, or the country alone: a hint. `null` where it is not known',
      examples: ['Germany', 'Leipzig, Germany'],
    }),
  ),
  created_at: Timestamp,
  last_seen_at: Timestamp,
  expires_at: Type.String({
    ...TIMESTAMP,
    description: 'When it ends if nothing more is heard of it',
  }),
  amr: Methods,
  aal: AssuranceLevel,
});

/** A session as its owner sees it in a list. */
export function sessionBody(
  session: Session,
  currentId: string,
  locationOf: LocationOf,
): Static<typeof SessionBody> {
  const { browser, os } = describeUserAgent(session.userAgent);
  return {
    id: session.id,
    current: session.id === currentId,
    device: session.deviceName,
    browser,
    os,
    ip: session.ip,
    location: locationOf(session.ip),
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.lastSeenAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    amr: [...session.amr],
    aal: session.aal,
  };
}
