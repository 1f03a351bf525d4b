import { expect, it } from 'vitest';
import { networkOf } from '../../../core/sessions/network.ts';

it.each([
  ['203.0.113.7', '203.0.113.255'],
  ['0.0.0.0', '0.0.0.255'],
  ['2001:db8:1::1', '2001:db8:1:ffff:1:2:3:4'],
  ['2001:db8::1', '2001:db8:0:1::'],
  ['::1', '::2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
])('takes %s and %s for one network', (left, right) => {
  expect(networkOf(left)).toBe(networkOf(right));
});

it.each([
  ['203.0.113.7', '203.0.112.7'],
  ['10.0.0.1', '11.0.0.1'],
  ['2001:db8:1::1', '2001:db8:2::1'],
  ['2001:db8::1', '2001:db8:1::1'],
  ['1::2:3', '1:2:3::'],
  ['::1', '203.0.113.7'],
])('takes %s and %s for two', (left, right) => {
  expect(networkOf(left)).not.toBe(networkOf(right));
});
