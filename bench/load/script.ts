import { randomUUID } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import type { Expectation, LoadRequest, Script, TokenMint } from './protocol.ts';

/** A script at work: what each connection sends next, and what it makes of the answer. */
export type RunningScript = Readonly<{
  /** Whether every request is the same as the connection's last, so that it need not be built again. */
  isConstant: boolean;
  /** Whether a connection's next request hangs on its last answer, so that it must wait for that. */
  isChained: boolean;
  /** The next request of a connection; `null`: there is nothing left to send. */
  next(connection: number): LoadRequest | null;
  judge(connection: number, status: number, body: string): Judgement;
}>;

/** What an answer was. */
export type Judgement = 'right' | 'turned_away' | Readonly<{ wrong: string }>;

type Of<Kind extends Script['kind']> = Extract<Script, { kind: Kind }>;

/** Tokens and numbers that a later slice goes on with. */
const chains = new Map<string, string[]>();
const counters = new Map<string, number>();

const TOKEN_SECONDS = 24 * 60 * 60;
const SHOWN_CHARACTERS = 300;

/** Makes ready what a script needs before any time is taken. @param seconds how long it will run, all in all */
export function prepareScript(script: Script, seconds: number): RunningScript {
  switch (script.kind) {
    case 'repeat':
      return repeat(script);
    case 'unseen':
      return unseen(script, seconds);
    case 'chain':
      return chain(script);
    case 'numbered':
      return numbered(script);
  }
}

function repeat({ requests, expect }: Of<'repeat'>): RunningScript {
  return {
    ...{ isConstant: true, isChained: false },
    next: (connection) => requests[connection % requests.length] ?? null,
    judge: (_connection, status, body) => judge(expect, status, body),
  };
}

function unseen({ path, mint, perSecond, expect }: Of<'unseen'>, seconds: number): RunningScript {
  const tokens = mintTokens(mint, Math.ceil(perSecond * seconds));
  return {
    ...{ isConstant: false, isChained: false },
    next() {
      const token = tokens.pop();
      return token === undefined
        ? null
        : { method: 'GET', path, headers: { authorization: `Bearer ${token}` } };
    },
    judge: (_connection, status, body) => judge(expect, status, body),
  };
}

function chain(script: Of<'chain'>): RunningScript {
  const tokens = chains.get(script.chain) ?? [...script.first];
  chains.set(script.chain, tokens);
  const { path, headers, body, successor, expect } = script;
  const needle = `"${successor}":"`;
  return {
    ...{ isConstant: false, isChained: true },
    next(connection) {
      const token = tokens[connection];
      if (token === undefined) return null;
      const filled = Object.entries(headers).map(([name, value]) => [name, value.replace('%t', token)]);
      const text = body.replace('%t', token);
      return { method: 'POST', path, headers: Object.fromEntries(filled), body: text };
    },
    judge(connection, status, answer) {
      const judgement = judge(expect, status, answer);
      if (judgement !== 'right' || successor === null) return judgement;
      const from = answer.indexOf(needle) + needle.length;
      tokens[connection] = answer.slice(from, answer.indexOf('"', from));
      return judgement;
    },
  };
}

function numbered({ counter, path, headers, body, cycle, expect }: Of<'numbered'>): RunningScript {
  return {
    ...{ isConstant: false, isChained: false },
    next() {
      const number = counters.get(counter) ?? 0;
      counters.set(counter, number + 1);
      return { method: 'POST', path, headers, body: body.replaceAll('%n', String(number % cycle)) };
    },
    judge: (_connection, status, answer) => judge(expect, status, answer),
  };
}

function judge({ status: wanted, holds, turnedAway }: Expectation, status: number, body: string): Judgement {
  if (status === wanted && body.includes(holds)) return 'right';
  if (status === turnedAway) return 'turned_away';
  return { wrong: `${status} where ${wanted} was expected: ${body.slice(0, SHOWN_CHARACTERS)}` };
}

function mintTokens({ kid, privateKey, claims }: TokenMint, count: number): string[] {
  const sign = createSigner<Record<string, unknown>>({
    key: privateKey,
    algorithm: 'ES256',
    header: { alg: 'ES256', kid, typ: 'at+jwt' },
  });
  const iat = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, (_, index) =>
    sign({ ...claims[index % claims.length], iat, exp: iat + TOKEN_SECONDS, jti: randomUUID() }),
  );
}
