import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createRevocationFeed } from '../../core/revocation/index.ts';
import { createRememberedSessions, type SessionCheck } from '../../core/sessions/index.ts';
import { type Begun, beginSession, race } from '../contracts/samples.ts';
import { postgresHarness } from '../support/postgres-harness.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';

const EMAIL = 'ada@example.test';

/** What may change behind a session, and be committed. */
const CHANGES: Readonly<Record<string, (harness: Harness, begun: Begun) => Promise<unknown>>> = {
  'its end': ({ unitOfWork }, { tenant, session }) =>
    unitOfWork.run(tenant.id, ({ sessions }) => sessions.end(session.id, 'logout')),
  "its user's suspension": ({ setUserStatus }, { tenant, user }) =>
    setUserStatus(tenant.id, user.id, 'suspended'),
  'a role of its user': ({ unitOfWork }, { tenant, user }) =>
    unitOfWork.run(tenant.id, ({ users }) => users.addRole(user.id, 'admin')),
  "its tenant's suspension": ({ setTenantStatus }, { tenant }) => setTenantStatus(tenant.id, 'suspended'),
};

// The answer is of before the change, and comes when everybody has been told of it.
it.each(Object.keys(CHANGES))('remembers no answer that %s has overtaken', async (change) => {
  const { harness, begun, key, sessions, feed, holdBack } = await remembering();
  const held = holdBack();
  const asking = sessions.look(key);
  await held.isAnswered;

  await CHANGES[change]?.(harness, begun);
  await feed.read();
  held.release();

  expect((await asking).kind).toBe('live');
  expect(sessions.find(key)).toBeNull();
});

it.each(Object.keys(CHANGES))('forgets an answer that came before the news of %s', async (change) => {
  const { harness, begun, key, sessions, feed, holdBack } = await remembering();
  const held = holdBack();
  const asking = sessions.look(key);
  await held.isAnswered;

  await CHANGES[change]?.(harness, begun);
  held.release();
  await asking;
  const beforeTheNews = sessions.find(key);
  await feed.read();

  expect(beforeTheNews).not.toBeNull();
  expect(sessions.find(key)).toBeNull();
});

it.each(
  Object.keys(CHANGES),
)('asks after %s, and answers what is true then, before the news of it', async (change) => {
  const { harness, begun, key, sessions, feed } = await remembering();
  await sessions.look(key);

  await CHANGES[change]?.(harness, begun);
  const answer = await sessions.look(key);
  await feed.read();
  const later = await sessions.look(key);

  expect(factsOf(answer)).toEqual(factsOf(later));
  expect(factsOf(later)).not.toEqual({ kind: 'live', roles: ['member'], tenant: 'active' });
});

it('lets no read through on this process once a sign-out was answered, however many come beside it', async () => {
  const service = await startService();
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  const tokens: string[] = [];
  for (let count = 0; count < 16; count += 1) tokens.push(await signIn(service));

  const outcomes = await race(async (index) => {
    const token = tokens[index] ?? '';
    let isOut = false;
    const reading = (async () => {
      const reads: Read[] = [];
      while (reads.filter(({ wasOut }) => wasOut).length < 3) {
        reads.push({ wasOut: isOut, status: await read(service, token) });
        // What is answered from memory waits for nothing: without this nobody else's turn would come.
        await wait(1);
      }
      return reads;
    })();
    const out = await signOut(service, token);
    isOut = true;
    return { left: out.statusCode, reads: await reading };
  });

  const reads = outcomes.flatMap((outcome) => outcome.reads);
  expect(new Set(outcomes.map(({ left }) => left))).toEqual(new Set([204]));
  expect(reads.filter(({ wasOut, status }) => wasOut && status === 200)).toEqual([]);
  expect(reads.filter(({ wasOut, status }) => wasOut && status === 401).length).toBeGreaterThan(0);
  expect(reads.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
});

type Read = Readonly<{ wasOut: boolean; status: number }>;
type Harness = Awaited<ReturnType<typeof postgresHarness>>;

/** Sessions as a process remembers them, over Postgres, whose answers a test may hold back on their way. */
async function remembering() {
  const harness = await postgresHarness();
  const begun = await beginSession(harness);
  const stopwatch = { elapsedMs: () => 0 };
  const feed = createRevocationFeed({
    log: harness.revocationLog,
    stopwatch,
    reloadKeys: async () => undefined,
  });
  let hold: ((answer: SessionCheck) => Promise<void>) | null = null;
  const sessions = createRememberedSessions({
    sessionStore: {
      async look(...ids) {
        const answer = await harness.sessionStore.look(...ids);
        await hold?.(answer);
        return answer;
      },
    },
    feed,
    stopwatch,
  });
  await feed.read();

  return {
    ...{ harness, begun, sessions, feed },
    key: { tenantId: begun.tenant.id, sessionId: begun.session.id, userId: begun.user.id },
    /** From now on answers wait, once Postgres has given them. */
    holdBack() {
      const [answered, released] = [gate(), gate()];
      hold = () => {
        answered.open();
        return released.isOpen;
      };
      return { isAnswered: answered.isOpen, release: released.open };
    },
  };
}

function gate(): Readonly<{ isOpen: Promise<void>; open(): void }> {
  let open = (): void => undefined;
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { isOpen, open: () => open() };
}

/** What these changes change, as an answer has it. */
function factsOf(check: SessionCheck) {
  if (check.kind !== 'live') return { kind: check.kind };
  return { kind: check.kind, roles: check.user.roles, tenant: check.tenant.status };
}

async function signIn({ post }: TestService): Promise<string> {
  const login = await post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
  return login.json().access_token;
}

/** Tries again where a busy machine asks for that. */
async function signOut(service: TestService, token: string) {
  for (let tried = 1; ; tried += 1) {
    const out = await service.post('/auth/logout', {}, bearer(token));
    if (out.statusCode !== 503 || tried === 50) return out;
    await wait(100);
  }
}

async function read({ get }: TestService, token: string): Promise<number> {
  return (await get('/auth/me', bearer(token))).statusCode;
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
