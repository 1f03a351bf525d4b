import type { PartSample } from './protocol.ts';
import type { Judgement } from './script.ts';

/** Counts the answers of one part of a load, from when it is opened until it is closed. */
export type Tally = Readonly<{
  open(): void;
  close(): void;
  /** @returns whether what is sent now counts, whenever its answer comes */
  sent(): boolean;
  /**
   * A wrong one counts at any time, also while warming up.
   *
   * @param isCounted of what was sent at a pace, what {@link sent} said; whether the tally is open otherwise
   */
  answer(judgement: Judgement, tookMs: number, isCounted?: boolean): void;
  /** No answer came, and none may be missing. */
  error(reason: string): void;
  sample(): PartSample;
}>;

export function createTally(): Tally {
  const tookMs: number[] = [];
  let isOpen = false;
  let sent = 0;
  let turnedAway = 0;
  let errors = 0;
  let firstError: string | null = null;
  const error = (reason: string): void => {
    errors += 1;
    firstError ??= reason;
  };
  return {
    error,
    open() {
      isOpen = true;
    },
    close() {
      isOpen = false;
    },
    sent() {
      if (isOpen) sent += 1;
      return isOpen;
    },
    answer(judgement, took, isCounted = isOpen) {
      if (typeof judgement === 'object') error(judgement.wrong);
      else if (!isCounted) return;
      else if (judgement === 'right') tookMs.push(took);
      else turnedAway += 1;
    },
    sample() {
      const sorted = Float64Array.from(tookMs).sort();
      return {
        ...{ answered: sorted.length, sent, turnedAway, errors, firstError },
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
      };
    },
  };
}

/** The nearest rank; 0 where there is nothing. @param sorted ascending */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
