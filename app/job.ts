/** Every job of the worker, by its name. */
export type JobName =
  | 'sweep'
  | 'revocations'
  | 'audit partitions'
  | 'signing keys'
  | 're-encryption'
  | 'mail';

/** What the worker does again and again. */
export type Job = Readonly<{
  name: JobName;
  everyMs: number;
  /** Does one batch, and says whether there may be more. One that takes long ends early when the worker is to stop. */
  run(isStopped: () => boolean): Promise<boolean>;
}>;
