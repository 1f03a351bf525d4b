import { randomBytes } from 'node:crypto';
import { PASSWORD } from './service.ts';

/** What one request came to. */
export type Answer = Readonly<{
  path: string;
  /** 0: none came, and `code` says why. */
  status: number;
  /** Of the problem, where it is one. */
  code: string | null;
  retryAfter: string | null;
  /** By `performance.now()`. */
  sentAt: number;
  tookMs: number;
}>;

export type Session = Readonly<{ accessToken: string; refreshToken: string }>;

/** The requests of a user. Each answers `null` where it was not granted. */
export type LoadClient = Readonly<{
  /** Makes an account with {@link PASSWORD}, and answers its address. */
  register(): Promise<string | null>;
  login(email: string): Promise<Session | null>;
  refresh(refreshToken: string): Promise<Session | null>;
  me(accessToken: string): Promise<boolean>;
  look(path: string): Promise<boolean>;
}>;

/** As long as nobody would wait: what takes longer hangs. */
const GIVEN_UP_MS = 10_000;

type Sent = Readonly<{ answer: Answer; body: Readonly<Record<string, unknown>> }>;

/** @param note is told of every answer */
export function createLoadClient(url: string, note: (answer: Answer) => void): LoadClient {
  const send = async (path: string, init?: RequestInit): Promise<Sent> => {
    const sent = await sendOne(url, path, init);
    note(sent.answer);
    return sent;
  };
  const signIn = async (path: string, body: object): Promise<Session | null> => {
    const sent = await send(path, json(body));
    return sent.answer.status === 200 ? sessionIn(sent) : null;
  };

  return {
    async register() {
      const email = `load-${randomBytes(8).toString('hex')}@example.test`;
      const { answer } = await send('/auth/register', json({ email, password: PASSWORD }));
      return answer.status === 201 ? email : null;
    },
    login: (email) => signIn('/auth/login', { email, password: PASSWORD, transport: 'token' }),
    refresh: (refreshToken) => signIn('/auth/refresh', { refresh_token: refreshToken }),
    async me(accessToken) {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await send('/auth/me', { headers })).answer.status === 200;
    },
    look: async (path) => (await send(path)).answer.status === 200,
  };
}

async function sendOne(url: string, path: string, init: RequestInit = {}): Promise<Sent> {
  const sentAt = performance.now();
  const tookMs = (): number => Math.round(performance.now() - sentAt);
  try {
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(GIVEN_UP_MS) });
    const text = await response.text();
    const body = text === '' ? {} : JSON.parse(text);
    const { status, headers } = response;
    const retryAfter = headers.get('retry-after');
    return { answer: { path, status, code: body.code ?? null, retryAfter, sentAt, tookMs: tookMs() }, body };
  } catch (error) {
    const code = reasonOf(error);
    return { answer: { path, status: 0, code, retryAfter: null, sentAt, tookMs: tookMs() }, body: {} };
  }
}

function json(body: object): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function sessionIn({ body }: Sent): Session {
  return { accessToken: String(body['access_token']), refreshToken: String(body['refresh_token']) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  return code ?? error.name;
}
