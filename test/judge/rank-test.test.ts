import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankTest } from '../../src/judge/rank-test.ts';

describe('the rank test', () => {
  // All 20 ways to choose 3 of 6 ranks; the most extreme one at each end.
  test('gives the exact chance of small samples', () => {
    expect(rankTest([1, 2, 3], [4, 5, 6])).toBeCloseTo(2 / 20, 12);
    expect(rankTest([1, 2, 4], [3, 5, 6])).toBeCloseTo(4 / 20, 12);
    expect(rankTest([1, 4, 5], [2, 3, 6])).toBeCloseTo(20 / 20, 12);
  });

  // Of the 10 ways to choose two, three give the ones (2 and 2) and one the twos (4.5 each): both as far from 6.
  test('gives ties their mean rank', () => {
    expect(rankTest([1, 1], [1, 2, 2])).toBeCloseTo(4 / 10, 12);
    expect(rankTest([5, 5], [5, 5, 5])).toBe(1);
  });

  test('says nothing of an empty sample', () => expect(rankTest([], [1, 2])).toBe(1));

  test('is the same whichever sample comes first, and whatever the unit', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sample, sample, (one, other) => {
        const chance = rankTest(one, other);
        expect(rankTest(other, one)).toBeCloseTo(chance, 12);
        expect(
          rankTest(
            one.map(x => 3 * x + 1),
            other.map(x => 3 * x + 1),
          ),
        ).toBeCloseTo(chance, 12);
        expect(chance).toBeGreaterThan(0);
        expect(chance).toBeLessThanOrEqual(1);
      }),
    );
  });
});
