/**
 * How long to wait before the n-th try after the first (from 1): 0.05·2^n s, at least 1 s. The first ten waits come to
 * 104.8 s.
 */
export function backoffMs(n: number, maxMs: number): number {
  return Math.min(Math.max(50 * 2 ** n, 1000), maxMs);
}

/** Counts tries with one outcome: another outcome begins anew. */
export class Backoff {
  #outcome = '';
  #count = 0;

  next(outcome: string, maxMs: number): number {
    this.#count = outcome === this.#outcome ? this.#count + 1 : 1;
    this.#outcome = outcome;
    return backoffMs(this.#count, maxMs);
  }
}
