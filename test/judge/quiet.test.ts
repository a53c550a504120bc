import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOfQuiet, isQuiet } from '../../src/judge/quiet.ts';

/** The same by counting every order of the requests. */
function counted(errors: number, before: number, quiet: number): number {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  return choose(errors + before, errors) / choose(errors + before + quiet, errors);
}

test('the chance of quiet is that of the orders in which no error comes last', () => {
  const few = fc.nat(12);
  fc.assert(
    fc.property(few, few, few, (errors, before, quiet) => {
      expect(chanceOfQuiet(errors, before, quiet)).toBeCloseTo(counted(errors, before, quiet), 10);
    }),
  );
});

test.each([
  ['a total outage: few successes are enough', 20, 0, 2, true],
  ['one error says nothing of a rate', 1, 0, 98, false],
  ['until a hundred times as many have succeeded', 1, 0, 99, true],
  ['every fifth request', 50, 200, 21, false],
  ['every fifth request, one more', 50, 200, 22, true],
  ['no error at all', 0, 100, 100, false],
])('errors are over or not: %s', (_, errors, before, quiet, over) => {
  expect(isQuiet(errors, before, quiet)).toBe(over);
});
