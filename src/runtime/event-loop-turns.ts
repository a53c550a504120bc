import { createHook } from 'node:async_hooks';

const LARGEST_BATCH = 256;

/** Immediates that others have queued, in this process, while any turns were going on. */
let foreignImmediates = 0;
let queueing = false;

const watcher = createHook({
  init(_id, type) {
    if (type === 'Immediate' && !queueing) foreignImmediates += 1;
  },
  // Promises are many, and drained anyway. Where Node does not know this option yet, the hook is slower, not wrong.
  trackPromises: false,
});
let watching = 0;

/**
 * Calls `step` again and again, each time when nothing else is left to run: no microtask, nextTick or immediate.
 *
 * Node empties the queues of nextTicks and microtasks between two immediates, so each step has an immediate of its
 * own. They are queued in batches, which is three times cheaper than one after the other. An immediate that anybody
 * else queues would run only after the rest of a batch: a hook notices it, and the batch then steps no more.
 */
export class EventLoopTurns {
  readonly #step: () => void;
  readonly #fail: (error: unknown) => void;
  #running = false;
  #batch = 8;
  #left = 0;
  #seen = 0;
  readonly #turn = () => this.#takeTurn();

  constructor(step: () => void, fail: (error: unknown) => void) {
    this.#step = step;
    this.#fail = fail;
  }

  start(): void {
    this.#running = true;
    watching += 1;
    if (watching === 1) watcher.enable();
    this.#queue(1);
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    watching -= 1;
    if (watching === 0) watcher.disable();
  }

  #queue(turns: number): void {
    this.#left = turns;
    queueing = true;
    for (let turn = 0; turn < turns; turn += 1) setImmediate(this.#turn);
    queueing = false;
  }

  #takeTurn(): void {
    this.#left -= 1;
    if (!this.#running) return;
    if (foreignImmediates !== this.#seen) {
      // Queued during this batch: they run in the loop's next phase, and so does what is queued behind them here.
      if (this.#left > 0) return;
      this.#seen = foreignImmediates;
      this.#queue(1);
      return;
    }
    if (this.#left === 0) {
      this.#batch = Math.min(this.#batch * 2, LARGEST_BATCH);
      this.#queue(this.#batch);
    }
    try {
      this.#step();
    } catch (error) {
      this.#fail(error);
    }
  }
}
