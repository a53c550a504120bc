import { createHook } from 'node:async_hooks';
import type { Clock, Timer } from './clock.ts';

export interface VirtualClockLimits {
  /** Timers that may fire before `run` gives up. */
  readonly maxEvents?: number;
  /** Virtual time, ms, at which `run` gives up. */
  readonly maxTime?: number;
}

/**
 * Virtual time. One timer fires; all that it made runnable runs, however many awaits deep; the next one fires.
 *
 * The draining is done by the event loop itself: Node empties the nextTick and microtask queues between two
 * immediates, so each timer fires in an immediate of its own. They are queued in batches, which is three times
 * cheaper than one after the other. An immediate queued by anybody else would run only after the rest of a
 * batch: a hook notices it, and the batch fires nothing more.
 *
 * Completions from outside the process's own queues (files, sockets, workers) are not waited for.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  #fired = 0;
  #timers = new TimerHeap();
  #run: Run | undefined;
  readonly #maxEvents: number;
  readonly #maxTime: number;

  constructor(limits: VirtualClockLimits = {}) {
    this.#maxEvents = limits.maxEvents ?? Number.POSITIVE_INFINITY;
    this.#maxTime = limits.maxTime ?? Number.POSITIVE_INFINITY;
  }

  now(): number {
    return this.#now;
  }

  /** Timers that have fired so far. */
  get fired(): number {
    return this.#fired;
  }

  /** Timers that are waiting to fire. */
  get pending(): number {
    return this.#timers.live;
  }

  after(ms: number, fire: () => void): Timer {
    if (Number.isNaN(ms)) throw new RangeError('after(NaN): a timer needs a number of milliseconds');
    const at = this.#now + (ms > 0 ? Math.ceil(ms) : 0);
    this.#sequence += 1;
    // At infinity nothing fires: such a timer must not keep a deadlock from being seen.
    if (at === Number.POSITIVE_INFINITY) return NEVER;
    const timer = new VirtualTimer(this.#timers, at, this.#sequence, fire);
    this.#timers.push(timer);
    return timer;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return new Promise(resolve => this.after(ms, resolve));
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = () => {
        timer.cancel();
        reject(signal.reason);
      };
      const timer = this.after(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Calls `main` and drives time until its promise settles; timers that are left then never fire. Rejects with
   * what a timer's callback throws, when `main` waits for something that no timer can bring, and past a limit.
   */
  run<T>(main: () => Promise<T>): Promise<T> {
    if (this.#run !== undefined) return Promise.reject(new Error('this virtual clock is running already'));
    return new Promise<T>((resolve, reject) => {
      const run = new Run(
        () => this.#fireNext(),
        error => {
          this.#stop();
          reject(error);
        },
      );
      this.#run = run;
      run.start();
      const settle = (act: () => void) => {
        if (this.#run !== run) return;
        this.#stop();
        act();
      };
      try {
        main().then(
          value => settle(() => resolve(value)),
          error => settle(() => reject(error)),
        );
      } catch (error) {
        settle(() => reject(error));
      }
    });
  }

  #fireNext(): void {
    const timer = this.#timers.pop();
    if (timer === undefined) {
      throw new Error(
        `deadlock at ${this.#now} ms of virtual time: no timer is left and the program still waits ` +
          '(for something that nobody will do, or for a file, socket or worker, which virtual time does not wait for)',
      );
    }
    if (timer.at > this.#maxTime) {
      throw new Error(`virtual time would pass its limit of ${this.#maxTime} ms (at ${this.#now} ms)`);
    }
    this.#fired += 1;
    if (this.#fired > this.#maxEvents) {
      throw new Error(`more than ${this.#maxEvents} timers fired (at ${this.#now} ms of virtual time)`);
    }
    this.#now = timer.at;
    timer.fire();
  }

  #stop(): void {
    this.#run?.stop();
    this.#run = undefined;
    this.#timers.clear();
  }
}

const NEVER: Timer = { cancel() {} };

class VirtualTimer implements Timer {
  readonly at: number;
  readonly sequence: number;
  #heap: TimerHeap | undefined;
  #fire: (() => void) | undefined;

  constructor(heap: TimerHeap, at: number, sequence: number, fire: () => void) {
    this.#heap = heap;
    this.at = at;
    this.sequence = sequence;
    this.#fire = fire;
  }

  get cancelled(): boolean {
    return this.#fire === undefined;
  }

  fire(): void {
    const fire = this.#fire;
    this.#fire = undefined;
    this.#heap = undefined;
    fire?.();
  }

  cancel(): void {
    if (this.#fire === undefined) return;
    this.#fire = undefined;
    this.#heap?.cancelled();
    this.#heap = undefined;
  }
}

/** A binary heap by (time, sequence). Cancelled timers stay until they surface or outnumber the others. */
class TimerHeap {
  #heap: VirtualTimer[] = [];
  live = 0;

  push(timer: VirtualTimer): void {
    this.live += 1;
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1, timer);
  }

  pop(): VirtualTimer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      const last = this.#heap.pop() as VirtualTimer;
      if (last !== first) this.#down(0, last);
      if (first.cancelled) continue;
      this.live -= 1;
      return first;
    }
  }

  cancelled(): void {
    this.live -= 1;
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.live) this.#compact();
  }

  clear(): void {
    this.#heap = [];
    this.live = 0;
  }

  #compact(): void {
    this.#heap = this.#heap.filter(timer => !timer.cancelled);
    // A sorted array is a heap.
    this.#heap.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
  }

  #up(from: number, timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as VirtualTimer;
      if (!before(timer, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #down(from: number, timer: VirtualTimer): void {
    const heap = this.#heap;
    const length = heap.length;
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= length) break;
      if (
        childIndex + 1 < length &&
        before(heap[childIndex + 1] as VirtualTimer, heap[childIndex] as VirtualTimer)
      ) {
        childIndex += 1;
      }
      const child = heap[childIndex] as VirtualTimer;
      if (!before(child, timer)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = timer;
  }
}

function before(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

const LARGEST_BATCH = 256;

/** Immediates that somebody other than a virtual clock has queued, in this process. */
let foreignImmediates = 0;
let queueing = false;

const watcher = createHook({
  init(_id, type) {
    if (type === 'Immediate' && !queueing) foreignImmediates += 1;
  },
  // Promises are many and are drained anyway. (An option of Node 24; without it the hook is slower, not wrong.)
  ...{ trackPromises: false },
});
let watching = 0;

/** Calls `step` again and again, each time in an event-loop turn in which nothing else is left to run. */
class Run {
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
