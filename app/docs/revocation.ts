import { REVOCATIONS_MAX } from '../../adapters/postgres/revocation-log.ts';
import { FRESH_MS, MISSED_MS } from '../../core/revocation/index.ts';
import { REMEMBERED_MAX, REMEMBERED_MS } from '../../core/sessions/index.ts';
import { page, table } from './markdown.ts';
import { REVOCATION_CAUSES, REVOCATION_FAULTS, type RevocationCause } from './revocation-causes.ts';

const OPENING = {
  title: 'Revocation',
  says: 'Access tokens are checked without asking anybody, and still a sign-out holds everywhere within a second. Here is how, what ends when, and what happens while something is broken.',
  source:
    '`app/docs/revocation-causes.ts`, whose every row is done in [`tests/e2e/revocation`](../../tests/e2e/revocation/causes.test.ts) over two server processes, without Redis and with it; written',
};

/** The text of `docs/explanation/revocation.md`. */
export function renderRevocation(): string {
  const causes: readonly RevocationCause[] = Object.values(REVOCATION_CAUSES);
  return page(OPENING, [
    PROMISE,
    '## What ends when',
    table(['what is done', 'what it ends', 'what a token is told then', ...WHERE], causes.map(rowOf)),
    HOW_TO_READ,
    '## What goes wrong meanwhile',
    table(
      ['fault', 'the promise'],
      Object.values(REVOCATION_FAULTS).map(({ fault, meanwhile }) => [fault, meanwhile]),
    ),
    HOW,
    ELSEWHERE,
  ]);
}

const WHERE = ['the process that did it', 'every other process', 'writes, on any process'];

function rowOf({ deed, ends, told, by, writes }: RevocationCause): readonly string[] {
  const what = told
    ? `${told.status} [\`${told.code}\`](../reference/errors.md#${told.code})`
    : 'what is true now';
  return [
    deed,
    ends,
    what,
    by === 'request' ? 'at once' : 'within a second',
    'within a second',
    writes ?? 'at once',
  ];
}

const WITHIN = FRESH_MS === 1_000 ? 'within a second' : `within ${FRESH_MS} milliseconds`;

const PROMISE = `## The promise

What is committed is seen ${WITHIN} by every process that reads on behalf of a session. What concerns a session,
its user or its tenant is seen at once by every write, by every route that wants a fresh sign-in, and by the process
that made the change. Where a process cannot know, it asks; where it cannot ask, it refuses with 503.

A tenant application that checks access tokens itself, by the keys at \`/.well-known/jwks.json\`, does not take part: for
it a token is good until its \`exp\`. Whoever needs to know asks \`GET /auth/me\`.`;

const HOW_TO_READ = `“Within a second” counts from the commit: a read that is asked for later than that is not granted. “At once”: no
request that begins after the change was answered. What an operator changes in the database is made by no process of
ours, so every process is another one. A refresh token is asked of Postgres each time and belongs to the last column.`;

const HOW = `## How it works

**Sessions are remembered.** A process that has looked a session up remembers it, with its user and tenant, for
${REMEMBERED_MS / 1_000} seconds at most and no longer than the session lives; ${REMEMBERED_MAX.toLocaleString('en')} of them, the oldest making way. An ordinary read
(\`GET\` of something of one's own) with a remembered session asks nobody. Everything else looks the session up each time.

**Changes are told.** Triggers on the tables of sessions, users, roles, tenants and signing keys write into the table
\`revocations\`, in the transaction of the change: which session, user or tenant, or that the keys changed. So a statement
that somebody writes next year is told of, as is what an operator types at psql.

**Every process reads.** Twice a second, and at once when it is woken, it asks for what became visible since it read
last, and forgets what that concerns. A commit wakes all processes by \`NOTIFY\`; a lost wake-up costs half a second.
Rows are numbered before they are committed, so a reader who went by numbers would miss the lower of two that are
committed in the other order. The mark of a reading is its snapshot (\`pg_current_snapshot()\`) instead: new is what that
snapshot did not show.

**The process that commits does not wait for that.** The message that commits a transaction also asks what the
transaction itself has revoked, so the process has forgotten it before anybody is answered.

**A reading counts from when it was sent.** What was remembered is believed while the last reading was sent at most a
second ago. After that each request first has the log read: any number of them share one reading.

**A look-up that a change overtakes is not remembered.** Its answer may be from before the change, and come after the
news of it. So an answer is kept only if nothing was told of its session, user or tenant since its question was sent.

**What cannot be told is forgotten altogether.** More than ${REVOCATIONS_MAX.toLocaleString('en')} changes at once, a process that could not read for
${MISSED_MS / 1_000} seconds, another start of Postgres, a restored database, a table that was emptied: in each case everything that
was remembered is forgotten and the keys are read anew. A mark names the start of the server and the files of the
tables, so that a copy put in their place is noticed, whatever its transactions are numbered.

**Rows are swept** once a minute, ten minutes after they were written at the earliest, and never before they have been
visible to everybody for a minute: however long a transaction took to commit, nobody misses it.

**When a session was seen** is noted by the same memory, many at once every half minute, and tells nobody anything.`;

const ELSEWHERE = `## Read on

[ADR 0015](../adr/0015-remember-sessions-follow-revocations.md) says what was refused, and why. In the code:
[feed.ts](../../core/revocation/feed.ts), [remembered-sessions.ts](../../core/sessions/remembered-sessions.ts),
[revocation-log.ts](../../adapters/postgres/revocation-log.ts) and
[0007_record_revocations.sql](../../drizzle/0007_record_revocations.sql). After a restore, end the sessions that the
copy brought back to life: [Restore the database](../runbooks/restore.md).`;
