import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again, `intervalMs` apart (default 20), until the answer is not `null`. Answers `null`
 * once `timeoutMs` have passed. For what another process does and nothing tells us about.
 */
export async function poll<T>(
  timeoutMs: number,
  ask: () => Promise<T | null>,
  intervalMs = 20,
): Promise<T | null> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() >= deadline) return null;
    await pause(intervalMs);
  }
}
