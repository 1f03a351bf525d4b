/** How many calls in a row fail before nobody is let through. */
export const FAILURES_MAX = 3;

/** How long after it opened, and after each failed probe, the next probe follows. */
const PROBE_EVERY_MS = 1_000;

export type BreakerOptions = Readonly<{
  /** One call of the breaker's own, which decides whether it closes. Has a deadline of its own. */
  probe(): Promise<unknown>;
  onOpen(error: unknown): void;
  onClose(): void;
  /** Ends the probing for good. */
  signal: AbortSignal;
}>;

/**
 * Keeps callers from waiting for what is away.
 *
 * Opens after three failures in a row. While it is open it probes once a
 * second, over a call of nobody's request, and the first probe that succeeds
 * closes it.
 */
export type Breaker = Readonly<{
  /** Whether whoever calls now must not try. */
  isOpen(): boolean;
  /** Runs `work` and takes note of how it went. */
  run<T>(work: () => Promise<T>): Promise<T>;
}>;

export function createBreaker({ probe, onOpen, onClose, signal }: BreakerOptions): Breaker {
  let isOpen = false;
  let failures = 0;

  const probeLater = (): void => {
    if (signal.aborted) return;
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', forget);
      probe().then(close, probeLater);
    }, PROBE_EVERY_MS).unref();
    const forget = () => clearTimeout(timer);
    signal.addEventListener('abort', forget, { once: true });
  };

  const close = (): void => {
    isOpen = false;
    failures = 0;
    onClose();
  };

  const noteFailure = (error: unknown): void => {
    failures += 1;
    if (isOpen || failures < FAILURES_MAX) return;
    isOpen = true;
    onOpen(error);
    probeLater();
  };

  return {
    isOpen: () => isOpen,
    async run(work) {
      try {
        const answer = await work();
        failures = 0;
        return answer;
      } catch (error) {
        noteFailure(error);
        throw error;
      }
    },
  };
}
