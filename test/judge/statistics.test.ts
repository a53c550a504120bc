import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betaProbability,
  betaQuantile,
  clusteredSample,
  equivalencePower,
  lowerBound,
  normalProbability,
  normalQuantile,
  sampleForPower,
  testSplit,
  upperBound,
} from '../../src/judge/statistics.ts';
import type { Random } from '../../src/runtime/random.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';

describe('distributions', () => {
  it('give the tabled values', () => {
    expect(normalQuantile(0.95)).toBeCloseTo(1.644854, 4);
    expect(normalProbability(-1.959964)).toBeCloseTo(0.025, 6);
    expect(betaProbability(0.5, 2, 3)).toBeCloseTo(0.6875, 10);
    // P(X ≥ 8) of ten tosses of a coin.
    expect(betaProbability(0.5, 8, 3)).toBeCloseTo(56 / 1024, 10);
  });

  it('the beta quantile inverts the beta distribution, for whole and broken numbers, small and big', () => {
    const shape = fc.double({ min: 0.3, max: 5000, noNaN: true });
    fc.assert(
      fc.property(shape, shape, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (a, b, p) => {
        const x = betaQuantile(p, a, b);
        expect(betaProbability(x - 1e-9, a, b)).toBeLessThanOrEqual(p);
        expect(betaProbability(x + 1e-9, a, b)).toBeGreaterThanOrEqual(p);
      }),
    );
  });

  it('the bounds are those of Clopper and Pearson', () => {
    // 8 of 10, 95 % two-sided: the textbook's 0.4439 to 0.9748.
    expect(lowerBound(0.8, 10, 0.025)).toBeCloseTo(0.4439, 4);
    expect(upperBound(0.8, 10, 0.025)).toBeCloseTo(0.9748, 4);
    // 0 of 59: the rule of three, 1 − 0.05^(1/59).
    expect(lowerBound(0, 59, 0.05)).toBe(0);
    expect(upperBound(0, 59, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 59), 10);
  });
});

describe('effective sample size', () => {
  it('counts independent requests in full and equal clusters once each', () => {
    expect(clusteredSample(Array(500).fill(1))).toEqual({ size: 500, effective: 500 });
    expect(clusteredSample(Array(20).fill(25))).toEqual({ size: 500, effective: 20 });
    expect(clusteredSample([])).toEqual({ size: 0, effective: 0 });
  });

  it('lies between one and the number of clusters', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), sizes => {
        const { effective } = clusteredSample(sizes);
        expect(effective).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(effective).toBeLessThanOrEqual(sizes.length + 1e-9);
      }),
    );
  });
});

const MARGIN = 0.05;
const ALPHA = 0.05;

/** One drill: each cluster goes to the first centre with probability `p`, as a whole. */
function outcome(random: Random, sizes: readonly number[], p: number, independent: boolean) {
  let first = 0;
  let size = 0;
  for (const m of sizes) {
    if (random.chance(p)) first += m;
    size += m;
  }
  const sample = independent ? { size, effective: size } : clusteredSample(sizes);
  const counts = [
    { name: 'one', expected: 0.5, count: first },
    { name: 'other', expected: 0.5, count: size - first },
    { name: 'elsewhere', expected: 0, count: 0 },
  ];
  return testSplit(counts, sample, MARGIN, ALPHA).outcome;
}

function shareOf(
  wanted: string,
  p: number,
  sizes: readonly number[],
  independent = false,
  drills = 2000,
): number {
  const random = seededRandom(7).fork(`${wanted} ${p} ${sizes.length}`);
  let found = 0;
  for (let i = 0; i < drills; i++) if (outcome(random, sizes, p, independent) === wanted) found++;
  return found / drills;
}

/** Three standard deviations of the simulation above the promised rate. */
const PROMISED = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / 2000);

/** Singles (a shuffling resolver), pairs, a resolver that is asked for a minute, kept connections. */
const MIXED = [
  ...Array<number>(1500).fill(1),
  ...Array<number>(200).fill(2),
  ...Array<number>(60).fill(10),
  ...Array<number>(20).fill(25),
];

describe('the split test', () => {
  for (const [name, sizes] of [
    ['independent requests', Array<number>(2000).fill(1)],
    ['few independent requests', Array<number>(300).fill(1)],
    ['clusters of 20', Array<number>(1200).fill(20)],
    ['a mixture', MIXED],
  ] as const) {
    it(`says "equivalent" of a split at the margin no more often than it promises: ${name}`, () => {
      expect(shareOf('equivalent', 0.5 + MARGIN, sizes)).toBeLessThanOrEqual(PROMISED);
    });

    it(`says "different" of a split at the margin no more often than it promises: ${name}`, () => {
      expect(shareOf('different', 0.5 + MARGIN, sizes)).toBeLessThanOrEqual(PROMISED);
      expect(shareOf('different', 0.5, sizes)).toBeLessThanOrEqual(0.001);
    });
  }

  it('keeps its promise for four centres that are all at the margin', () => {
    const random = seededRandom(7).fork('four');
    const drills = 2000;
    let different = 0;
    for (let i = 0; i < drills; i++) {
      const counts = [0, 0, 0, 0];
      for (let request = 0; request < 500; request++) {
        const point = random.float();
        const centre = point < 0.3 ? 0 : point < 0.6 ? 1 : point < 0.8 ? 2 : 3;
        counts[centre] = (counts[centre] ?? 0) + 1;
      }
      const shares = counts.map((count, centre) => ({ name: `${centre}`, expected: 0.25, count }));
      if (testSplit(shares, { size: 500, effective: 500 }, MARGIN, ALPHA).outcome === 'different')
        different++;
    }
    expect(different / drills).toBeLessThanOrEqual(PROMISED);
  });

  it('would break its promise if clustered requests counted as independent ones', () => {
    const sizes = Array<number>(200).fill(20);
    expect(shareOf('equivalent', 0.5 + MARGIN, sizes, true)).toBeGreaterThan(3 * ALPHA);
    expect(shareOf('different', 0.5 + MARGIN, sizes, true)).toBeGreaterThan(3 * ALPHA);
    expect(shareOf('equivalent', 0.5 + MARGIN, sizes)).toBeLessThanOrEqual(PROMISED);
  });

  it('has the power that it tells, and needs the sample that it tells', () => {
    const wanted = sampleForPower(0.5, MARGIN, ALPHA, 0.9);
    expect(wanted).toBe(1083);
    expect(equivalencePower(0.5, MARGIN, wanted, ALPHA)).toBeCloseTo(0.9, 2);
    expect(Math.abs(shareOf('equivalent', 0.5, Array<number>(wanted).fill(1)) - 0.9)).toBeLessThan(0.04);
  });

  it('sees a split that is plainly wrong', () => {
    expect(shareOf('different', 0.65, Array<number>(1000).fill(1), false, 200)).toBeGreaterThan(0.99);
  });

  it('cannot tell from a handful of requests', () => {
    const counts = [
      { name: 'one', expected: 0.5, count: 5 },
      { name: 'other', expected: 0.5, count: 5 },
    ];
    expect(testSplit(counts, { size: 10, effective: 10 }, MARGIN, ALPHA).outcome).toBe('undecided');
    expect(testSplit(counts, { size: 0, effective: 0 }, MARGIN, ALPHA).outcome).toBe('undecided');
  });
});
