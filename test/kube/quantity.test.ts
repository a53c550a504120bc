import { expect, test } from 'vitest';
import { amountOf, isQuantity } from '../../src/kube/quantity.ts';

test.each<[string | number, number]>([
  ['1', 1],
  [2, 2],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['500m', 0.5],
  ['2k', 2000],
  ['1G', 1e9],
  ['1Ki', 1024],
  ['1.5Gi', 1.5 * 1024 ** 3],
  ['1e3', 1000],
  ['1E', 1e18],
  ['-1', -1],
])('%s is %d', (quantity, amount) => {
  expect(isQuantity(quantity)).toBe(true);
  expect(amountOf(quantity)).toBeCloseTo(amount, 9);
});

test.each(['', 'abc', '1 GB', '1GB', '1gi', 'm', null, true])('%s is no quantity', text => {
  expect(isQuantity(text)).toBe(false);
});
