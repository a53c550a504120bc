import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Random } from '../../src/runtime/random.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';

const draws = (random: Random, count: number) => Array.from({ length: count }, () => random.float());

/** Pearson's statistic of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function histogram(bins: number, count: number, draw: () => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < count; i += 1) {
    const bin = draw();
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

describe('a seed', () => {
  test('gives these draws, on every machine and in every version', () => {
    const random = seededRandom(1);
    expect([random.float(), random.fork('clients').float(), random.below(1000)]).toMatchInlineSnapshot(`
      [
        0.3387422948665042,
        0.05728216029384792,
        638,
      ]
    `);
  });

  test('gives the same draws again; another gives others', () => {
    fc.assert(
      fc.property(fc.integer(), seed => {
        expect(draws(seededRandom(seed), 5)).toEqual(draws(seededRandom(seed), 5));
        expect(draws(seededRandom(seed), 5)).not.toEqual(draws(seededRandom(seed + 1), 5));
      }),
    );
  });
});

describe('a fork', () => {
  test('depends on the seed and its name, not on what was drawn before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), fc.nat(20), (seed, name, before) => {
        const random = seededRandom(seed);
        const fork = draws(random.fork(name), 5);
        draws(random, before);
        random.fork('another');
        expect(draws(random.fork(name), 5)).toEqual(fork);
      }),
    );
  });

  test('is another stream for every name and every depth', () => {
    const random = seededRandom(7);
    const streams = [
      random,
      random.fork('a'),
      random.fork('b'),
      random.fork('ab'),
      random.fork('a').fork('b'),
    ];
    streams.push(random.fork('b').fork('a'), random.fork(''), random.fork('\0'), seededRandom(8).fork('a'));
    for (let i = 0; i < 1000; i += 1) streams.push(random.fork(`client-${i}`));
    expect(new Set(streams.map(stream => stream.float())).size).toBe(streams.length);
  });

  test('has first draws that are uniform over names and over seeds', () => {
    let name = 0;
    const overNames = histogram(20, 20_000, () =>
      Math.floor(seededRandom(3).fork(`p/${name++}`).float() * 20),
    );
    let seed = 0;
    const overSeeds = histogram(20, 20_000, () => Math.floor(seededRandom(seed++).fork('dns').float() * 20));
    // 19 degrees of freedom: above 43.8 once in a thousand.
    expect(chiSquare(overNames)).toBeLessThan(43.8);
    expect(chiSquare(overSeeds)).toBeLessThan(43.8);
  });
});

describe('draws', () => {
  test('are uniform', () => {
    const random = seededRandom(11);
    expect(chiSquare(histogram(100, 100_000, () => Math.floor(random.float() * 100)))).toBeLessThan(149);
    expect(chiSquare(histogram(7, 70_000, () => random.below(7)))).toBeLessThan(22.5);
  });

  test('stay in their range', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 10_000; i += 1) {
      const float = random.float();
      expect(float >= 0 && float < 1).toBe(true);
    }
    expect(random.below(1)).toBe(0);
    expect(() => random.below(0)).toThrow('the bound must be a whole number above 0');
  });

  test('hold their probability and their mean', () => {
    const random = seededRandom(5);
    let hits = 0;
    let sum = 0;
    for (let i = 0; i < 100_000; i += 1) {
      if (random.chance(0.2)) hits += 1;
      sum += random.exponential(100);
    }
    expect(hits / 100_000).toBeCloseTo(0.2, 2);
    expect(sum / 100_000).toBeGreaterThan(98.5);
    expect(sum / 100_000).toBeLessThan(101.5);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });

  test('shuffle fairly, into a new array', () => {
    const random = seededRandom(5);
    const items = ['a', 'b', 'c'];
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i += 1) {
      const order = random.shuffle(items).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(['a', 'b', 'c']);
    expect(orders.size).toBe(6);
    // 5 degrees of freedom.
    expect(chiSquare([...orders.values()])).toBeLessThan(20.5);
  });
});
