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

interface Waiting {
  readonly at: number;
  readonly entry: Expiring;
}

class Queue {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #waiting: Waiting[] = [];
  #head = 0;
  #armed = false;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  add(entry: Expiring): void {
    this.#skipOver();
    this.#waiting.push({ at: this.#clock.now() + this.#timeoutMs, entry });
    this.#arm();
  }

  #arm(): void {
    const first = this.#waiting[this.#head];
    if (this.#armed || first === undefined) return;
    this.#armed = true;
    this.#clock.after(first.at - this.#clock.now(), () => {
      this.#armed = false;
      this.#expire();
      this.#arm();
    });
  }

  #expire(): void {
    const now = this.#clock.now();
    for (;;) {
      this.#skipOver();
      const first = this.#waiting[this.#head];
      if (first === undefined || first.at > now) return;
      this.#head += 1;
      first.entry.expire();
    }
  }

  #skipOver(): void {
    while (this.#waiting[this.#head]?.entry.over) this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }
}
