import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

type Undo = () => Promise<unknown> | unknown;

const scope = new AsyncLocalStorage<Undo[]>();

/** Has something undone when the test is over, or the file where it was begun for all of it. The last comes first. */
export function whenOver(undo: Undo): void {
  const undos = scope.getStore();
  if (undos) undos.push(undo);
  else onTestFinished(async () => void (await undo()));
}

/**
 * Makes something once for all tests of the file, or of the suite that this is called in, before the first of them.
 * Whatever was begun for it ends after the last. Only for what no test leaves otherwise than it was.
 *
 * @returns what gives it to a test
 */
export function shared<T>(make: () => Promise<T>): () => T {
  const undos: Undo[] = [];
  let made: Readonly<{ value: T }> | null = null;
  beforeAll(async () => {
    made = { value: await scope.run(undos, make) };
  });
  afterAll(async () => {
    for (const undo of undos.reverse()) await undo();
  });
  return () => {
    if (made === null) throw new Error('It is made before the first test, and no sooner');
    return made.value;
  };
}
