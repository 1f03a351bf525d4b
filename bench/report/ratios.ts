import type { Line, Verdict } from './report.ts';

/** A goal that is a share of what another contender of the same row does. */
export type RatioGoal = Readonly<{
  /** Name of the line that is measured. */
  of: string;
  /** Name of the line that it is compared with. */
  against: string;
  atLeast: number;
  /** Whether processor time is judged, as where the load is the bottleneck, or requests a second. */
  by: 'cpu' | 'rate';
}>;

/** How much of another line's speed a line reaches, by both measures. `null` where one was not taken. */
export function ratiosOf(line: Line, other: Line): Readonly<{ cpu: number | null; rate: number | null }> {
  return {
    cpu: quotient(other.cpuMicros, line.cpuMicros),
    rate: quotient(line.perSecond, other.perSecond),
  };
}

/** @throws {Error} a line that the goal names is not there */
export function judgeRatio(goal: RatioGoal, lines: readonly Line[]): Verdict {
  const find = (name: string): Line => {
    const line = lines.find((each) => each.name === name);
    if (!line) throw new Error(`There is no line ${name}`);
    return line;
  };
  const ratios = ratiosOf(find(goal.of), find(goal.against));
  const judged = ratios[goal.by];
  return {
    goal: `at least ${goal.atLeast.toFixed(2)} × ${goal.against}`,
    found: `${shown(ratios.cpu)} × by CPU, ${shown(ratios.rate)} × by requests/s (judged by ${goal.by === 'cpu' ? 'CPU' : 'requests/s'})`,
    isMet: judged !== null && judged >= goal.atLeast,
  };
}

function quotient(upper: number | null, lower: number | null): number | null {
  return upper === null || lower === null || lower === 0 ? null : upper / lower;
}

function shown(ratio: number | null): string {
  return ratio === null ? '–' : ratio.toFixed(2);
}
