import { DOMAIN_PROBLEMS } from './domain-problems.ts';
import { EDGE_PROBLEMS } from './edge-problems.ts';

/** Every problem that an answer can hold: the closed list of codes, with what each means. */
export const PROBLEMS = { ...DOMAIN_PROBLEMS, ...EDGE_PROBLEMS };
export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal that only the HTTP edge knows. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly code: keyof typeof EDGE_PROBLEMS;
  constructor(code: keyof typeof EDGE_PROBLEMS, detail: string) {
    super(detail);
    this.code = code;
  }
}
