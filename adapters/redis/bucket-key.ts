import { createHash } from 'node:crypto';

const PLAIN = /^[\w.:@-]{1,100}$/;

/**
 * Where Redis counts a bucket. All keys of one group share a hash tag, and so
 * one node of a cluster; no two buckets share a key. What is long, or may mean
 * something to Redis, stands there as its digest.
 */
export function bucketKey(group: string, key: string): string {
  return `gatehouse:{${nameOf(group)}}:${nameOf(key)}`;
}

function nameOf(text: string): string {
  // UTF-16 as it is in memory: UTF-8 would make all halves of surrogate pairs one character.
  return PLAIN.test(text) ? text : `#${createHash('sha256').update(text, 'utf16le').digest('base64url')}`;
}
