import type { Clock, Fire, Timer } from '../../runtime/clock.ts';
import { sleep } from '../../runtime/sleep.ts';

/**
 * The clock of what runs on a machine that can be frozen (`docker pause`) and switched off. Frozen, nothing fires;
 * what fell due meanwhile fires at the thaw. Switched off, all that was pending is lost.
 *
 * Machines speak with the rest of the world over the network alone: nothing that a timer of theirs calls may settle a
 * promise, which is what `'sync'` asks for.
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

  after(ms: number, fire: Fire): Timer {
    return this.#set(ms, fire, 'sync');
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep({ after: (after, fire) => this.#set(after, fire, undefined) }, ms, signal);
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    const due = this.#due;
    this.#due = [];
    for (const timer of due) this.due(timer);
  }

  /** Forgets every pending timer. */
  reset(): void {
    this.#life++;
    this.#due = [];
  }

  /** A timer of this machine has come to its time. */
  due(timer: MachineTimer): void {
    if (timer.life !== this.#life) return;
    if (this.#frozen) this.#due.push(timer);
    else timer.act();
  }

  #set(ms: number, fire: Fire, manner: 'sync' | undefined): Timer {
    const timer = new MachineTimer(this, this.#life, fire);
    timer.inner = this.#clock.after(ms, timer, manner);
    return timer;
  }
}

class MachineTimer implements Timer {
  readonly #machine: MachineClock;
  readonly life: number;
  inner: Timer | undefined;
  #act: Fire | undefined;

  constructor(machine: MachineClock, life: number, act: Fire) {
    this.#machine = machine;
    this.life = life;
    this.#act = act;
  }

  fire(): void {
    this.#machine.due(this);
  }

  act(): void {
    // Not `fireOf`, for the reason that VirtualTimer gives.
    const act = this.#act;
    if (typeof act === 'function') act();
    else act?.fire();
  }

  cancel(): void {
    this.#act = undefined;
    this.inner?.cancel();
  }
}
