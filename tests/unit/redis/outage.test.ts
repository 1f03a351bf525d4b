import { expect, it } from 'vitest';
import { createOutage } from '../../../adapters/redis/outage.ts';

function setUp() {
  const told: string[] = [];
  const outage = createOutage({
    onTrouble: (reason) => told.push(reason),
    onRecovery: () => told.push('recovered'),
  });
  return { outage, told };
}

it('is told once when it begins and once when it is over, whatever happens between', () => {
  const { outage, told } = setUp();

  outage.begin('connection', new Error('WRONGPASS no'));
  for (const _ of [1, 2, 3]) outage.begin('connection', new Error('OOM no'));
  outage.begin('decisions', new Error('OOM no'));
  outage.end('connection');
  outage.begin('connection', new Error('OOM no'));
  outage.end('decisions');
  expect(outage.isOn()).toBe(true);
  outage.end('connection');

  expect(outage.isOn()).toBe(false);
  expect(told).toEqual(['WRONGPASS', 'recovered']);
});

it('is told again when it comes again', () => {
  const { outage, told } = setUp();

  for (const _ of [1, 2]) {
    outage.begin('decisions', new Error('OOM no'));
    outage.end('decisions');
  }

  expect(told).toEqual(['OOM', 'recovered', 'OOM', 'recovered']);
});

it('is not over before it began', () => {
  const { outage, told } = setUp();

  outage.end('connection');
  outage.begin('decisions', new Error('OOM no'));
  outage.end('connection');

  expect(told).toEqual(['OOM']);
});
