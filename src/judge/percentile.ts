/** The nearest-rank percentile: a value that occurred; of 20 values the 99th is the largest. Undefined of none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
