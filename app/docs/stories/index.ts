import { PLATFORM_ADMIN, TENANT_ADMIN } from './administrators.ts';
import { END_USER } from './end-user.ts';
import { OPERATOR } from './operator.ts';
import { SCRIPT } from './script.ts';
import type { ActorStories } from './story.ts';
import { TENANT_APPLICATION } from './tenant-application.ts';

/** What everybody can do today, by who they are. A test holds each link against the tests that are there. */
export const USER_STORIES: readonly ActorStories[] = [
  TENANT_APPLICATION,
  END_USER,
  TENANT_ADMIN,
  PLATFORM_ADMIN,
  SCRIPT,
  OPERATOR,
];
