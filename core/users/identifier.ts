import { type EmailAddress, parseEmailAddress } from '../kernel/email-address.ts';
import { parseUsername, type Username } from './model.ts';

/** What somebody typed to say who they are. */
export type Identifier =
  | Readonly<{ kind: 'email'; email: EmailAddress }>
  | Readonly<{ kind: 'username'; username: Username }>;

/** Text with an `@` is an address, any other a username; `null` when it is neither. */
export function parseIdentifier(text: string): Identifier | null {
  if (text.includes('@')) {
    const email = parseEmailAddress(text);
    return email && { kind: 'email', email };
  }
  const username = parseUsername(text);
  return username && { kind: 'username', username };
}

/** The canonical text of an identifier, for a log of what was typed. */
export function identifierText(identifier: Identifier): string {
  return identifier.kind === 'email' ? identifier.email : identifier.username;
}
