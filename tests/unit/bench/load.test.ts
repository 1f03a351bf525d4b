import { describe, expect, it } from 'vitest';
import type { Script } from '../../../bench/load/protocol.ts';
import { prepareScript } from '../../../bench/load/script.ts';
import { createTally } from '../../../bench/load/tally.ts';

const EXPECT = { status: 200, holds: '"access_token":"' };
const CHAIN: Script = {
  ...{ kind: 'chain', path: '/auth/refresh', headers: {}, body: '{"refresh_token":"%t"}', expect: EXPECT },
  ...{ successor: 'refresh_token', first: ['a0', 'b0'] },
  chain: 'of one test',
};

describe('a script', () => {
  it('goes on with the token of the last answer, each connection with its own, also in a later slice', () => {
    const script = prepareScript(CHAIN, 1);
    const answer = '{"access_token":"x","refresh_token":"b1"}';

    expect(script.judge(1, 200, answer)).toBe('right');

    const later = prepareScript(CHAIN, 1);
    expect([later.next(0)?.body, later.next(1)?.body]).toEqual([
      '{"refresh_token":"a0"}',
      '{"refresh_token":"b1"}',
    ]);
  });

  it('judges status and body: either can be wrong', () => {
    const script = prepareScript({ kind: 'repeat', requests: [], expect: { ...EXPECT, turnedAway: 503 } }, 1);
    expect([
      script.judge(0, 200, '{"access_token":"x"}'),
      script.judge(0, 200, '{}'),
      script.judge(0, 401, '{"access_token":"x"}'),
      script.judge(0, 503, ''),
    ]).toEqual([
      'right',
      { wrong: '200 where 200 was expected: {}' },
      { wrong: '401 where 200 was expected: {"access_token":"x"}' },
      'turned_away',
    ]);
  });

  it('gives each request a number of its own, over and over', () => {
    const script = prepareScript(
      {
        ...{ kind: 'numbered', counter: 'of one test', path: '/', headers: {}, body: 'user-%n', cycle: 2 },
        expect: EXPECT,
      },
      1,
    );
    expect([0, 0, 0].map((connection) => script.next(connection)?.body)).toEqual([
      'user-0',
      'user-1',
      'user-0',
    ]);
  });
});

describe('a tally', () => {
  it('counts right answers while it is open, and their times', () => {
    const tally = createTally();
    tally.answer('right', 1_000);
    tally.open();
    for (let ms = 1; ms <= 100; ms += 1) tally.answer('right', ms);
    tally.answer('turned_away', 1);
    tally.close();
    tally.answer('right', 1_000);
    expect(tally.sample()).toMatchObject({ answered: 100, turnedAway: 1, p50Ms: 50, p99Ms: 99, errors: 0 });
  });

  it('counts an answer by when it was sent, where that is told: never more are answered than sent', () => {
    const tally = createTally();
    const early = tally.sent();
    tally.open();
    const meanwhile = tally.sent();
    tally.answer('right', 1, early);
    tally.close();
    tally.answer('right', 2, meanwhile);
    expect(tally.sample()).toMatchObject({ sent: 1, answered: 1, p50Ms: 2 });
  });

  it('counts what is wrong at any time, and keeps the first reason', () => {
    const tally = createTally();
    tally.answer({ wrong: 'first' }, 1);
    tally.open();
    tally.error('second');
    expect(tally.sample()).toMatchObject({ answered: 0, errors: 2, firstError: 'first' });
  });
});
