/** One thing that is wrong. No field ever holds what the operator set, for it may be a secret in the wrong place. */
export type ConfigProblem = Readonly<{
  /** The variable as it is, or ought to be, set. */
  name: string;
  /** Completes the sentence that the name begins. Names the path of a file that could not be used. */
  reason: string;
  /** A whole assignment that would do, `NAME=value`. */
  example: string;
}>;

/** The environment does not make a configuration. Tells every problem at once, and no value. */
export class ConfigInvalid extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super([`The configuration has ${count}:`, ...problems.map(asLine)].join('\n'));
    this.name = 'ConfigInvalid';
    this.problems = problems;
  }
}

function asLine({ name, reason, example }: ConfigProblem): string {
  return `  ${name} ${reason} (for example ${example})`;
}
