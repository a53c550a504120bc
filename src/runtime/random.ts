/**
 * Chance as a port. Every consumer takes a fork of its own, by name: a new consumer then does not shift the
 * draws of the others.
 */
export interface Random {
  /** An independent stream; the same seed and name give the same stream, whatever was drawn before. */
  fork(name: string): Random;
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform whole number in [0, bound). */
  below(bound: number): number;
  /** True with probability `share` (0…1). */
  chance(share: number): boolean;
  /** Exponentially distributed with the given mean (time between arrivals of a Poisson process). */
  exponential(mean: number): number;
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[];
}
