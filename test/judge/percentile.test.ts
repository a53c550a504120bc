import { expect, test } from 'vitest';
import { percentile } from '../../src/judge/percentile.ts';

test('percentiles are values that occurred', () => {
  expect(percentile([], 0.5)).toBeUndefined();
  expect(percentile([3], 0.99)).toBe(3);
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.99,
    ),
  ).toBe(99);
});
