/** Background work that a test can wait for. */
export type FakeBackground = Readonly<{
  run(task: () => Promise<void>): void;
  /** Resolves when everything that was begun is done, and rejects if any of it did. Answers how many tasks there were. */
  settle(): Promise<number>;
}>;

export function fakeBackground(): FakeBackground {
  const tasks: Promise<void>[] = [];
  return {
    run(task) {
      tasks.push(task());
    },
    settle: async () => (await Promise.all(tasks)).length,
  };
}
