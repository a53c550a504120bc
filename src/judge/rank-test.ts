/**
 * Whether two samples come from one distribution: the two-sided rank-sum test of F. Wilcoxon (Biometrics Bulletin 1,
 * 1945) and H. Mann and D. Whitney (1947), exact and with ties, since one of the samples may be as small as two.
 *
 * @returns The chance of rank sums at least as far from their mean as these, were both samples drawn from one; in (0, 1].
 */
export function rankTest(one: readonly number[], other: readonly number[]): number {
  const [few, many] = one.length <= other.length ? [one, other] : [other, one];
  if (few.length === 0) return 1;
  const all = [...few, ...many];
  const ranks = doubledRanks(all);
  const observed = few.reduce((sum, _, index) => sum + (ranks[index] as number), 0);
  const ways = waysToSum(ranks, few.length);
  // Each of the doubled ranks is N + 1 on average.
  const mean = few.length * (all.length + 1);
  let total = 0;
  let asFar = 0;
  for (const [sum, count] of ways.entries()) {
    total += count;
    if (Math.abs(sum - mean) >= Math.abs(observed - mean)) asFar += count;
  }
  return asFar / total;
}

/** Twice each value's rank, whole also where equal values share the mean of their ranks. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = new Map<number, number>();
  for (const [first, value] of sorted.entries()) {
    if (rank.has(value)) continue;
    rank.set(value, first + sorted.lastIndexOf(value) + 2);
  }
  return values.map(value => rank.get(value) as number);
}

/** By sum: in how many ways `size` of the ranks make it. */
function waysToSum(ranks: readonly number[], size: number): Float64Array {
  const largest = ranks.toSorted((one, other) => other - one).slice(0, size);
  const most = largest.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (const rank of ranks)
    for (let chosen = size; chosen > 0; chosen--) {
      const [including, before] = [ways[chosen] as Float64Array, ways[chosen - 1] as Float64Array];
      for (let sum = most; sum >= rank; sum--) (including[sum] as number) += before[sum - rank] as number;
    }
  return ways[size] as Float64Array;
}
