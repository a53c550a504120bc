import { type Clock, type Fire, fireOf, type Timer } from './clock.ts';
import { sleep } from './sleep.ts';

/** Node fires longer timers at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Real time, monotonic, 0 when it is made. */
export class RealClock implements Clock {
  readonly #start = performance.now();

  now(): number {
    return performance.now() - this.#start;
  }

  after(ms: number, fire: Fire): Timer {
    if (Number.isNaN(ms)) throw new RangeError('after(NaN): a timer needs a number of milliseconds');
    return new RealTimer(this, this.now() + Math.max(0, Math.ceil(ms)), fire);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, ms, signal);
  }
}

class RealTimer implements Timer {
  readonly #clock: Clock;
  readonly #at: number;
  readonly #fire: Fire;
  #timeout: NodeJS.Timeout | undefined;

  constructor(clock: Clock, at: number, fire: Fire) {
    this.#clock = clock;
    this.#at = at;
    this.#fire = fire;
    this.#wait();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  /** Node's timers may come up to a millisecond early, and end at 2^31 ms: waits again for what is left. */
  #wait(): void {
    const left = this.#at - this.#clock.now();
    this.#timeout = setTimeout(
      () => (this.#clock.now() < this.#at ? this.#wait() : fireOf(this.#fire)),
      Math.max(0, Math.min(Math.ceil(left), LONGEST_TIMER)),
    );
  }
}
