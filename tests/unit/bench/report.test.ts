import { describe, expect, it } from 'vitest';
import { goalsMarkdown, rowMarkdown } from '../../../bench/report/markdown.ts';
import { judgeRatio, type RatioGoal, ratiosOf } from '../../../bench/report/ratios.ts';
import { type Line, NOTHING_TAKEN, type RowReport } from '../../../bench/report/report.ts';

const line = (name: string, perSecond: number | null, cpuMicros: number | null): Line => ({
  ...{ ...NOTHING_TAKEN, name, perSecond, cpuMicros },
});
const OURS = line('gatehouse', 8_000, 50);
const FLOOR = line('floor', 16_000, 45);
const GOAL: RatioGoal = { of: 'gatehouse', against: 'floor', atLeast: 0.8, by: 'cpu' };

describe('the ratios of two lines', () => {
  it('say how much of the speed is reached, by either measure: less is slower', () => {
    expect(ratiosOf(OURS, FLOOR)).toEqual({ cpu: 0.9, rate: 0.5 });
  });

  it('are none where a figure was not taken, or nothing was done', () => {
    expect(ratiosOf(OURS, line('a', null, null))).toEqual({ cpu: null, rate: null });
    expect(ratiosOf(line('b', 1, 0), line('a', 0, 1))).toEqual({ cpu: null, rate: null });
  });
});

describe('a goal', () => {
  it('is judged by the measure that it names', () => {
    const verdicts = [GOAL, { ...GOAL, by: 'rate' as const }].map((goal) => judgeRatio(goal, [OURS, FLOOR]));
    expect(verdicts.map(({ isMet }) => isMet)).toEqual([true, false]);
  });

  it('is met by exactly what it asks for', () => {
    expect(judgeRatio({ ...GOAL, atLeast: 0.9 }, [OURS, FLOOR]).isMet).toBe(true);
  });

  it('is missed where nothing can be compared', () => {
    expect(judgeRatio(GOAL, [OURS, line('floor', null, null)]).isMet).toBe(false);
  });

  it('says both ratios, so that nobody need believe the one that was judged', () => {
    const { found } = judgeRatio(GOAL, [OURS, FLOOR]);
    expect(found).toBe('0.90 × by CPU, 0.50 × by requests/s (judged by CPU)');
  });

  it('that names a line which is not there is a mistake', () => {
    expect(() => judgeRatio(GOAL, [OURS])).toThrow('There is no line floor');
  });
});

const REPORT: RowReport = {
  name: 'session',
  title: 'A session check',
  lines: [OURS, FLOOR],
  isCompared: true,
  verdicts: [judgeRatio(GOAL, [OURS, FLOOR]), { goal: 'faster than light', found: 'no', isMet: false }],
  notes: ['Something to know'],
  failures: ['gatehouse: 500 where 200 was expected'],
};

describe('the report of a row', () => {
  it('is a table with what each line reaches of the others, goals, notes and failures', () => {
    expect(rowMarkdown(REPORT).split('\n')).toEqual([
      '### session: A session check',
      '',
      '|  | requests/s | CPU µs/request | errors | × by CPU | × by requests/s |',
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      '| gatehouse | 8000 | 50.0 | 0 |  |  |',
      '| floor | 16000 | 45.0 | 0 | 0.90 | 0.50 |',
      '',
      '- **met**: at least 0.80 × floor — 0.90 × by CPU, 0.50 × by requests/s (judged by CPU)',
      '- **MISSED**: faster than light — no',
      '- Something to know',
      '- FAILED: gatehouse: 500 where 200 was expected',
      '',
    ]);
  });

  it('compares nothing where the lines are not alike', () => {
    expect(rowMarkdown({ ...REPORT, isCompared: false })).not.toContain('| × by CPU');
  });
});

describe('the table of goals', () => {
  it('tells every goal of every row, met or missed', () => {
    const table = goalsMarkdown([REPORT, { ...REPORT, name: 'other', verdicts: [] }]);
    expect(table.split('\n').filter((each) => each.startsWith('| session'))).toEqual([
      '| session | at least 0.80 × floor | 0.90 × by CPU, 0.50 × by requests/s (judged by CPU) | met |',
      '| session | faster than light | no | **missed** |',
    ]);
  });
});
