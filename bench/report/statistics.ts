/** What one contender came to in one round. */
export type RoundFigures = Readonly<{
  perSecond: number;
  /** Processor time of the server for one request, in microseconds. */
  cpuMicros: number;
  p50Ms: number;
  p99Ms: number;
  rssMb: number;
  /** Share of one core that the server had, from 0; above 1 where it runs on several. */
  serverBusy: number;
  /** Share of its core that the load had. */
  loadBusy: number;
}>;

/** The middle one, or the mean of the middle two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Which rounds the machine was least disturbed in: the better half, of one or two all.
 *
 * A round is judged as a whole, by how near all contenders came to their own best, so that the same rounds count for
 * each and a ratio compares what ran side by side.
 *
 * @param rounds requests a second, one list a round, the contenders in the same order in each
 * @returns indices into `rounds`, ascending
 */
export function quieterRounds(rounds: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = rounds;
  const best = first.map((_, contender) => Math.max(...rounds.map((round) => round[contender] ?? 0)));
  const nearness = rounds.map((round) =>
    round.reduce((sum, value, contender) => sum + logOfShare(value, best[contender] ?? 0), 0),
  );
  const order = rounds.map((_, index) => index);
  order.sort((left, right) => (nearness[right] ?? 0) - (nearness[left] ?? 0));
  const kept = rounds.length <= 2 ? rounds.length : Math.ceil(rounds.length / 2);
  return order.slice(0, kept).sort((left, right) => left - right);
}

/** A contender that never did anything says nothing about any round. */
function logOfShare(value: number, best: number): number {
  return best > 0 ? Math.log(value / best) : 0;
}

/** The medians of one contender over some of its rounds. */
export function medians(figures: readonly RoundFigures[], rounds: readonly number[]): RoundFigures {
  const kept = figures.filter((_, index) => rounds.includes(index));
  const of = (name: keyof RoundFigures): number => median(kept.map((each) => each[name]));
  return {
    perSecond: of('perSecond'),
    cpuMicros: of('cpuMicros'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    rssMb: of('rssMb'),
    serverBusy: of('serverBusy'),
    loadBusy: of('loadBusy'),
  };
}

/**
 * The order of the contenders in a round: forth in the first, back in the second, and so on, so that none is
 * always measured after the same one.
 */
export function orderOf(contenders: number, round: number): readonly number[] {
  const order = Array.from({ length: contenders }, (_, index) => index);
  return round % 2 === 0 ? order : order.reverse();
}
