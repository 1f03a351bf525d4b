/** How two series of durations differ. */
export type Comparison = Readonly<{
  /** The difference of the medians, as a share of the reference's. */
  share: number;
  /** How often chance alone, dealing out the same durations anew, makes the medians differ as much; 1 where `share` is small anyway. */
  chance: number;
}>;

/** A skipped hash is most of a sign-in; what is below this share is lost in any network. */
const SHARE_MAX = 0.15;
const CHANCE_MAX = 0.001;
const DEALS = 2000;

/**
 * Compares medians by a permutation test: it asks nothing of how durations
 * are distributed, so a few slow ones of a busy machine weigh no more than any other.
 *
 * @param random uniform in [0, 1)
 */
export function compare(
  reference: readonly number[],
  other: readonly number[],
  random: () => number = Math.random,
): Comparison {
  const seen = differenceOf(reference, other);
  const share = seen / median(reference);
  if (share <= SHARE_MAX) return { share, chance: 1 };
  const all = [...reference, ...other];
  let asFar = 0;
  for (let deal = 0; deal < DEALS; deal += 1) {
    const dealt = shuffled(all, random);
    const [left, right] = [dealt.slice(0, reference.length), dealt.slice(reference.length)];
    if (differenceOf(left, right) >= seen) asFar += 1;
  }
  return { share, chance: asFar / DEALS };
}

/** Whether the difference is both large and no accident. */
export function isTelling({ share, chance }: Comparison): boolean {
  return share > SHARE_MAX && chance < CHANCE_MAX;
}

/** The same in a random order. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): readonly T[] {
  const left = [...items];
  const dealt: T[] = [];
  while (left.length > 0) dealt.push(...left.splice(Math.floor(random() * left.length), 1));
  return dealt;
}

export function median(durations: readonly number[]): number {
  const sorted = Float64Array.from(durations).sort();
  const middle = sorted.length >> 1;
  const [below = Number.NaN, above = Number.NaN] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (below + above) / 2;
}

function differenceOf(left: readonly number[], right: readonly number[]): number {
  return Math.abs(median(left) - median(right));
}
