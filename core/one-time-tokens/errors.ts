import { DomainError } from '../kernel/errors.ts';

/** Malformed, forged, of another purpose, or long forgotten. */
export class LinkInvalid extends DomainError {
  readonly code = 'link_invalid';
  constructor() {
    super('This link is not valid');
  }
}

export class LinkUsed extends DomainError {
  readonly code = 'link_used';
  constructor() {
    super('This link was used already, or another one took its place');
  }
}

export class LinkExpired extends DomainError {
  readonly code = 'link_expired';
  constructor() {
    super('This link has expired; ask for a new one');
  }
}

export type OneTimeTokenError = LinkInvalid | LinkUsed | LinkExpired;
