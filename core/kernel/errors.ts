/**
 * A failure that the domain foresees and a caller can act on.
 *
 * Anything else that is thrown is a fault: it is logged, answered with a bare
 * 500, and never described to the caller.
 */
export abstract class DomainError extends Error {
  /** Stable and public: part of the API, never renamed once released. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export type FieldProblem = Readonly<{
  /** JSON Pointer (RFC 6901) to the field. */
  pointer: string;
  code: string;
  detail: string;
}>;

/** A request whose fields break the rules of their kind. Says which, never their values. */
export class ValidationFailed extends DomainError {
  readonly code = 'validation_failed';
  readonly problems: readonly FieldProblem[];
  constructor(problems: readonly FieldProblem[]) {
    super(problems.length === 1 ? '1 field needs attention' : `${problems.length} fields need attention`);
    this.problems = problems;
  }
}

/**
 * There is nothing by the id that a request names, or it belongs to somebody else.
 *
 * Says nothing of which of the two it is, nor what was asked for: what is not
 * the caller's own is told exactly as what does not exist.
 */
export class NotFound extends DomainError {
  readonly code = 'not_found';
  constructor() {
    super('There is nothing here by that id');
  }
}

/** A list was asked to go on from where none of its pages ended: the cursor is malformed, altered or of another list. */
export class CursorInvalid extends DomainError {
  readonly code = 'cursor_invalid';
  constructor() {
    super('The cursor is none that this list has given; begin again without one');
  }
}

/** A backend is away or busy. Nothing was refused on its merits: try again. */
export class Unavailable extends DomainError {
  readonly code = 'unavailable';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds = 1, options?: ErrorOptions) {
    super('The service cannot answer at the moment; try again shortly', options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type KernelError = ValidationFailed | NotFound | CursorInvalid | Unavailable;
