import type { Clock, Timer } from '../../../runtime/clock.ts';
import type { Random } from '../../../runtime/random.ts';
import { ApiError } from '../../client.ts';
import { type BackOff, backedOff, draw, type Span } from '../timings.ts';

/**
 * Keys that wait for a reconcile: adding one that waits already changes nothing, and all that became dirty within the
 * reaction time is reconciled together. A reconcile that the API refuses is tried again, later each time.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #reaction: Span;
  readonly #retry: BackOff;
  readonly #reconcile: (key: string) => void;
  #open = false;
  #dirty = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, Timer>();

  constructor(options: {
    clock: Clock;
    random: Random;
    reaction: Span;
    retry: BackOff;
    reconcile: (key: string) => void;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#reaction = options.reaction;
    this.#retry = options.retry;
    this.#reconcile = options.reconcile;
  }

  start(): void {
    this.#open = true;
  }

  /** Forgets everything, as a controller that stops does, and takes nothing until the next start. */
  stop(): void {
    this.#open = false;
    this.#dirty.clear();
    this.#failures.clear();
    for (const timer of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
  }

  add(key: string): void {
    if (!this.#open) return;
    if (this.#dirty.size === 0) this.#clock.after(draw(this.#random, this.#reaction), this.#run);
    this.#dirty.add(key);
  }

  /** Adds the key after `ms`; a later call for the same key replaces an earlier one. */
  addAfter(key: string, ms: number): void {
    this.cancelDelayed(key);
    this.#delayed.set(
      key,
      this.#clock.after(ms, () => {
        this.#delayed.delete(key);
        this.add(key);
      }),
    );
  }

  cancelDelayed(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  readonly #run = (): void => {
    const keys = this.#dirty;
    this.#dirty = new Set();
    for (const key of keys) this.#attempt(key);
  };

  #attempt(key: string): void {
    try {
      this.#reconcile(key);
      this.#failures.delete(key);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.addAfter(key, backedOff(this.#retry, failures));
    }
  }
}
