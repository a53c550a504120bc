import type { Clock, Timer } from '../../runtime/clock.ts';
import { sleep } from '../../runtime/sleep.ts';

/**
 * The clock of what runs on a machine that can be frozen (`docker pause`) and switched off. Frozen, nothing fires;
 * what fell due meanwhile fires at the thaw. Switched off, all that was pending is lost.
 */
export class MachineClock implements Clock {
  readonly #clock: Clock;
  #frozen = false;
  #life = 0;
  #due: MachineTimer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, fire: () => void, manner?: 'sync'): Timer {
    const timer = new MachineTimer(this.#life, fire);
    timer.inner = this.#clock.after(ms, () => this.#expire(timer), manner);
    return timer;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, ms, signal);
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    const due = this.#due;
    this.#due = [];
    for (const timer of due) this.#expire(timer);
  }

  /** Forgets every pending timer. */
  reset(): void {
    this.#life++;
    this.#due = [];
  }

  #expire(timer: MachineTimer): void {
    if (timer.life !== this.#life) return;
    if (this.#frozen) this.#due.push(timer);
    else timer.fire?.();
  }
}

class MachineTimer implements Timer {
  readonly life: number;
  inner: Timer | undefined;
  fire: (() => void) | undefined;

  constructor(life: number, fire: () => void) {
    this.life = life;
    this.fire = fire;
  }

  cancel(): void {
    this.fire = undefined;
    this.inner?.cancel();
  }
}
