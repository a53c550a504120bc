import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { drillTime, timestamp } from '../../../src/kube/simulated/timestamps.ts';

const day = 86_400_000;

test.each([
  [0, '2026-01-01T00:00:00Z'],
  [999, '2026-01-01T00:00:00Z'],
  [61_000, '2026-01-01T00:01:01Z'],
  [day - 1, '2026-01-01T23:59:59Z'],
  [59 * day, '2026-03-01T00:00:00Z'],
  [365 * day, '2027-01-01T00:00:00Z'],
  [(365 + 365 + 59) * day, '2028-02-29T00:00:00Z'],
])('%d ms of drill time is %s', (ms, text) => {
  expect(timestamp(ms)).toBe(text);
});

test('is read back to the second', () => {
  fc.assert(
    fc.property(fc.nat(400_000 * 86_400), seconds => {
      expect(drillTime(timestamp(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test('what is no timestamp is no time', () => {
  expect(drillTime('yesterday')).toBeNaN();
  expect(drillTime(undefined)).toBeNaN();
});
