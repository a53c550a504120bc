import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest, suggestion } from '../../src/runtime/suggest.ts';

const FAULTS = ['application-down', 'application-error', 'cluster-down', 'partition'];

describe('a suggestion', () => {
  test.each([
    ['aplication-down', 'application-down'],
    ['application-eror', 'application-error'],
    ['Cluster-Down', 'cluster-down'],
    ['partitoin', 'partition'],
  ])('for %s is %s', (given, meant) => {
    expect(suggestion(given, FAULTS)).toBe(`; did you mean "${meant}"?`);
  });

  test('is the whole list where nothing is near', () => {
    expect(suggestion('earthquake', FAULTS)).toBe(
      '; known: application-down, application-error, cluster-down, partition',
    );
    expect(suggestion('x', [])).toBe('');
  });

  test('is not looked for in absurdly long words', () => {
    expect(nearest('partition'.repeat(1e6), FAULTS)).toBeUndefined();
  });
});

describe('the edit distance', () => {
  test.each([
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
  ])('of "%s" and "%s" is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test('is symmetric, 0 for equals only, and at most the longer length', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
