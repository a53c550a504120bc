import type { Clock, Fire, Timer } from './clock.ts';
import { sleep } from './sleep.ts';

/** Another clock's time, `scale` times as fast. */
export class ScaledClock implements Clock {
  readonly #clock: Clock;
  readonly #scale: number;

  constructor(clock: Clock, scale: number) {
    this.#clock = clock;
    this.#scale = scale;
  }

  now(): number {
    return this.#clock.now() * this.#scale;
  }

  after(ms: number, fire: Fire, manner?: 'sync'): Timer {
    return this.#clock.after(ms / this.#scale, fire, manner);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, ms, signal);
  }
}
