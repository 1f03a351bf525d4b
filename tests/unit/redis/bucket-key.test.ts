import { expect, it } from 'vitest';
import { bucketKey } from '../../../adapters/redis/bucket-key.ts';

it('names a bucket of plain words so that an operator finds it', () => {
  expect(bucketKey('login', 'tenant:abc')).toBe('gatehouse:{login}:tenant:abc');
});

// What stands between the first brace and the next is what a cluster goes by; nothing there: the whole key.
it.each([
  '',
  '{}',
  '}',
  'a}b',
  'x'.repeat(5_000),
  'line\nbreak',
])('puts all keys of the group %j on one node of a cluster', (group) => {
  const tags = ['a', 'b{c}', '}'].map((key) => /\{([^}]*)\}/.exec(bucketKey(group, key))?.[1]);

  expect(new Set(tags).size).toBe(1);
  expect(tags[0]).toMatch(/^#[\w-]{43}$/);
});

it('is short, however long the names are', () => {
  expect(bucketKey('g'.repeat(9_000), 'k'.repeat(9_000)).length).toBeLessThan(120);
});
