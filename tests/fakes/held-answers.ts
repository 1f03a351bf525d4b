/** A question that waits for the test to answer it. */
export type HeldQuestion<Q, A> = Readonly<{ question: Q; answer(answer: A): void; fail(error: Error): void }>;

/** Questions whose answers the test holds back and gives when it likes: the oldest first, or whichever it takes. */
export type HeldAnswers<Q, A> = Readonly<{
  ask(question: Q): Promise<A>;
  /** The oldest question that nobody has taken yet. */
  next(): HeldQuestion<Q, A>;
  /** How many were asked so far. */
  count(): number;
}>;

export function heldAnswers<Q, A>(): HeldAnswers<Q, A> {
  const waiting: HeldQuestion<Q, A>[] = [];
  let asked = 0;
  return {
    ask: (question) =>
      new Promise((answer, fail) => {
        asked += 1;
        waiting.push({ question, answer, fail });
      }),
    next() {
      const first = waiting.shift();
      if (!first) throw new Error('Nobody has asked');
      return first;
    },
    count: () => asked,
  };
}
