import type { Clock, Timer } from '../../runtime/clock.ts';

/** A clock whose times are whole milliseconds, as a journal's are. */
export class WholeClock implements Clock {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return Math.floor(this.#clock.now());
  }

  after(ms: number, fire: () => void): Timer {
    return this.#clock.after(ms, fire);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }
}
