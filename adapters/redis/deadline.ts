/** An answer that did not come in time. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** @throws {DeadlinePassed} `work` has not settled within `ms`; nobody waits for it any more */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    // After a moment in which this process stood still the answer may lie there unread: it is read first.
    timer = setTimeout(() => setImmediate(() => reject(new DeadlinePassed())), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
