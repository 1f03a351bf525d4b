import { expect, it, type RunnerTask } from 'vitest';
import { declaredAnswers } from './answer-book.ts';
import type { HttpService } from './http-service.ts';

/** Brought about for all routes together, in faults.test.ts, readiness.test.ts, limits.test.ts and lock.test.ts. */
const ELSEWHERE: readonly string[] = [
  '429 account_locked',
  '429 rate_limited',
  '500 internal_error',
  '503 unavailable',
];

/** The last test of a route's file: each answer that its operation declares was given to some test before it. */
export function itSawEveryAnswerOf(service: () => HttpService, method: string, path: string): void {
  it('has a test for every answer that its operation declares', ({ task, skip }) => {
    // With a filter on names most tests did not run, so this one says nothing.
    skip(task.file.tasks.some(isLeftOut));

    const declared = declaredAnswers(service().http, method, path);

    const seen = service().answers(method, path);
    expect(declared.filter((answer) => !seen.has(answer) && !ELSEWHERE.includes(answer))).toEqual([]);
  });
}

function isLeftOut(task: RunnerTask): boolean {
  return task.mode === 'skip' || ('tasks' in task && task.tasks.some(isLeftOut));
}
