import { listByTime, type Page, type PageQuery, readPage } from '../kernel/paging.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { SessionOwner } from './end-sessions.ts';
import type { Session } from './model.ts';
import type { SessionRepository, SessionStore } from './ports.ts';

export type ListSessionsDeps = Readonly<{
  unitOfWork: UnitOfWork<Readonly<{ sessions: SessionRepository }>>;
  sessionStore: Pick<SessionStore, 'noteSeen'>;
}>;

/**
 * The live sessions of whoever asks, the newest first.
 *
 * The one that asks is seen at this moment, and told so. When the others were
 * seen is as exact as the store has it: processes write it down in batches.
 *
 * @throws {CursorInvalid}
 */
export type ListSessions = (owner: SessionOwner, query: PageQuery) => Promise<Page<Session>>;

const LIST = listByTime('sessions');

export function createListSessions({ unitOfWork, sessionStore }: ListSessionsDeps): ListSessions {
  return ({ tenantId, userId, sessionId }, query) =>
    readPage(LIST, query, {
      async read(stretch) {
        // Where nothing can be written the list is shown none the less.
        await sessionStore.noteSeen([{ tenantId, sessionId, ageMs: 0 }]).catch(() => undefined);
        return unitOfWork.run(tenantId, ({ sessions }) => sessions.listLiveOf(userId, stretch));
      },
      keyOf: ({ createdAt: at, id }) => ({ at, id }),
    });
}
