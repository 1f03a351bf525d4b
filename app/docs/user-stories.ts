import { page } from './markdown.ts';
import { USER_STORIES } from './stories/index.ts';
import type { ActorStories, Story } from './stories/story.ts';

/** The text of `docs/user-stories.md`: what each kind of user can do today, and the tests that prove it. */
export function renderUserStories(): string {
  const opening = {
    title: 'User stories',
    says: 'Here is what each kind of user can do today, with the tests that prove it, and what they cannot do yet. A test of its own holds the links against the tests that are there.',
    source: '`app/docs/stories`',
  };
  return page(opening, USER_STORIES.flatMap(renderActor));
}

function renderActor({ actor, article, stories, notYet }: ActorStories): readonly string[] {
  return [
    `## ${actor[0]?.toUpperCase()}${actor.slice(1)}`,
    stories.map((story, index) => renderStory(story, `${index + 1}. As ${article} ${actor}`)).join('\n'),
    `**Not yet:** ${notYet.join(' · ')}.`,
  ];
}

function renderStory({ can, soThat, routes = [], tests }: Story, opening: string): string {
  const by = routes.length > 0 ? ` ${routes.map((route) => `\`${route}\``).join(', ')}.` : '';
  return [`${opening} I can ${can}, so that ${soThat}.${by}`, ...Object.entries(tests).map(renderTests)].join(
    '\n',
  );
}

function renderTests([file, titles]: [string, readonly string[]]): string {
  const shown = titles.map((title) => `“${escaped(title)}”`).join(', ');
  return `   - [${file.replace('tests/', '')}](../${file}): ${shown}`;
}

/** A title may hold what Markdown would take for its own. */
function escaped(title: string): string {
  return title.replace(/[<*_\\[\]]/g, '\\$&');
}
