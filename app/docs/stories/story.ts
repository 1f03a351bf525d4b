/** What one kind of user can do today, and the tests that prove it. */
export type Story = Readonly<{
  /** Completes "As a … I can". */
  can: string;
  /** Completes "so that". */
  soThat: string;
  /** The titles of the tests by the file that holds them, each with the `describe` around it: `200 > answers …`. */
  tests: Readonly<Record<string, readonly string[]>>;
  /** Operations that this is done by, as openapi.json has them: `GET /live`. */
  routes?: readonly string[];
  /** How the row of the README's table begins that this is a part of. */
  capability?: string;
}>;

/** What one kind of user comes for. */
export type ActorStories = Readonly<{
  /** As product.md names them. */
  actor: string;
  article: 'a' | 'an';
  stories: readonly Story[];
  /** What they come for and cannot do yet. */
  notYet: readonly string[];
}>;
