import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from '../../../bench/arguments.ts';

const KNOWN = ['me', 'session', 'drift'];

describe('the command line of the bench', () => {
  it('asks for nothing in particular where it is empty', () => {
    expect(parseArguments([], KNOWN)).toEqual({
      ...{ rows: [], isAll: false, isQuick: false, isSaved: false },
      ...{ rounds: null, seconds: null, connections: null },
    });
  });

  it('takes rows and options in any order', () => {
    const args = [
      '--quick',
      'session',
      '--rounds',
      '3',
      'me',
      '--save',
      '--seconds=2',
      '--connections',
      '32',
      '--all',
    ];
    expect(parseArguments(args, KNOWN)).toEqual({
      ...{ rows: ['session', 'me'], isAll: true, isQuick: true, isSaved: true },
      ...{ rounds: 3, seconds: 2, connections: 32 },
    });
  });

  it.each([
    [['sessions'], 'There is no row sessions. Rows: me, session, drift'],
    [['--rounds', '0'], '--rounds must be a whole number from 1 to 9999'],
    [['--seconds', '1.5'], '--seconds must be a whole number from 1 to 9999'],
    [['--connections', '33'], '--connections must be a whole number from 1 to 32'],
    [['--fast'], '--fast'],
  ])('refuses %j, and says what there is', (args, message) => {
    expect(() => parseArguments(args, KNOWN)).toThrow(UsageError);
    expect(() => parseArguments(args, KNOWN)).toThrow(message);
  });
});
