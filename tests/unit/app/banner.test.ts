import { describe, expect, it } from 'vitest';
import { type BannerFacts, bannerOf } from '../../../app/banner.ts';

const FACTS: BannerFacts = {
  publicUrl: 'http://localhost:8080',
  isDocsOn: true,
  servesOnlyProbes: false,
  firstOwnerToken: 'a-token',
  embeddedIn: '/home/ada/.gatehouse',
};

/** The words of each line that says something. */
const linesOf = (change: Partial<BannerFacts> = {}) =>
  bannerOf({ ...FACTS, ...change })
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/))
    .filter(([first]) => first !== '');

describe('the banner', () => {
  it('tells where the service is, where its documents and mails are, and where its data is', () => {
    expect(linesOf()).toEqual(
      expect.arrayContaining([
        ['URL', 'http://localhost:8080'],
        ['API docs', 'http://localhost:8080/docs'],
        ['Mailbox', 'http://localhost:8080/dev/mailbox'],
        ['Database', expect.stringContaining('/home/ada/.gatehouse')],
      ]),
    );
  });

  it('holds the link of the first owner whole, its token in the fragment, and for how long it is good', () => {
    expect(linesOf()).toContainEqual(['First owner', 'http://localhost:8080/setup#token=a-token']);
    expect(bannerOf(FACTS)).toMatch(/24 hours/);
  });

  it('offers nobody to become the owner where there is one', () => {
    const banner = bannerOf({ ...FACTS, firstOwnerToken: null });
    expect(banner).not.toMatch(/owner|setup|token/i);
  });

  it('names no documents where there are none', () => {
    expect(bannerOf({ ...FACTS, isDocsOn: false })).not.toContain('/docs');
  });

  it('says that an embedded database is for development only, and nothing of one of the operator’s own', () => {
    expect(bannerOf(FACTS)).toMatch(/embedded, for development only/);
    expect(bannerOf({ ...FACTS, embeddedIn: null })).not.toMatch(/database/i);
  });

  it('stands apart from the JSON lines around it', () => {
    expect(bannerOf(FACTS)).toMatch(/^\n[\s\S]*\n\n$/);
    for (const line of bannerOf(FACTS).split('\n')) expect(line).not.toMatch(/^[{[]/);
  });
});
