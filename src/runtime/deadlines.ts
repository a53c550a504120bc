import type { Clock } from './clock.ts';

/** Something that ends by itself (`over`) or is ended at its deadline. */
export interface Expiring {
  readonly over: boolean;
  expire(): void;
}

/**
 * Deadlines of many exchanges with few timers. Those of one timeout end in the order in which they began, so each
 * timeout has a queue, and a timer for its head only; what is over by then is skipped.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #queues = new Map<number, Queue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `Infinity` is no deadline. */
  add(timeoutMs: number, entry: Expiring): void {
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    let queue = this.#queues.get(timeoutMs);
    if (queue === undefined) {
      queue = new Queue(this.#clock, timeoutMs);
      this.#queues.set(timeoutMs, queue);
    }
    queue.add(entry);
  }
}

class Queue {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** In the order of their deadlines, which `#times` has at the same index. */
  #entries: Expiring[] = [];
  #times: number[] = [];
  #head = 0;
  #armed = false;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  add(entry: Expiring): void {
    this.#skipOver();
    this.#entries.push(entry);
    this.#times.push(this.#clock.now() + this.#timeoutMs);
    this.#arm();
  }

  #arm(): void {
    const at = this.#times[this.#head];
    if (this.#armed || at === undefined) return;
    this.#armed = true;
    this.#clock.after(at - this.#clock.now(), this.#look, 'sync');
  }

  /** Nearly always the head is over by then. What expires tells somebody, who may settle a promise: in a turn of its own. */
  readonly #look = (): void => {
    this.#skipOver();
    const at = this.#times[this.#head];
    if (at !== undefined && at <= this.#clock.now()) this.#clock.after(0, this.#end);
    else this.#end();
  };

  readonly #end = (): void => {
    this.#armed = false;
    this.#expire();
    this.#arm();
  };

  #expire(): void {
    const now = this.#clock.now();
    for (;;) {
      this.#skipOver();
      const first = this.#entries[this.#head];
      if (first === undefined || (this.#times[this.#head] as number) > now) return;
      this.#head += 1;
      first.expire();
    }
  }

  #skipOver(): void {
    while (this.#entries[this.#head]?.over) this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
  }
}
