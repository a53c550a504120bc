import { type Clock, type Fire, fireOf, type Timer } from '../../runtime/clock.ts';
import { sleep } from '../../runtime/sleep.ts';

/**
 * A lab's time: whole milliseconds, as a journal's are, until it is stopped. What was to happen later then never does,
 * and holds no process up: a drill that is broken off leaves much that waits.
 */
export class LabClock implements Clock {
  readonly #clock: Clock;
  readonly #pending = new Set<Timer>();
  #stopped = false;
  #latest = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return Math.floor(this.#clock.now());
  }

  after(ms: number, fire: Fire): Timer {
    if (this.#stopped) return { cancel() {} };
    const due = this.#clock.now() + Math.max(0, ms);
    const timer = this.#clock.after(ms, () => {
      this.#pending.delete(timer);
      this.#latest = Math.max(this.#latest, this.#clock.now() - due);
      fireOf(fire);
    });
    this.#pending.add(timer);
    return {
      cancel: () => {
        timer.cancel();
        this.#pending.delete(timer);
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, ms, signal);
  }

  /** From now on, watches how late timers fire; gives the most so far, in whole milliseconds, rounded up. */
  watchLateness(): () => number {
    this.#latest = 0;
    return () => Math.ceil(this.#latest);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }
}
