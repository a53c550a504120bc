import type { Clock, Fire, Timer } from './clock.ts';
import { EventLoopTurns } from './event-loop-turns.ts';
import { sleep } from './sleep.ts';
import { TimerQueue } from './timer-queue.ts';
import { VirtualTimer } from './virtual-timer.ts';

export interface VirtualClockLimits {
  /** Timers that may fire before `run` gives up. */
  readonly maxEvents?: number;
  /** Virtual time, ms, at which `run` gives up. */
  readonly maxTime?: number;
}

/**
 * Virtual time. One timer fires; all that it made runnable runs, however many awaits deep; the next one fires.
 * Timers that were set as `'sync'` have nothing to wait for.
 *
 * What comes from outside the process's own queues (files, sockets, workers) is not waited for.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #fired = 0;
  #timers = new TimerQueue();
  #turns: EventLoopTurns | undefined;
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

  /** Timers that are waiting to fire; counts them, for tests. */
  get pending(): number {
    return this.#timers.live;
  }

  after(ms: number, fire: Fire, manner?: 'sync'): Timer {
    if (Number.isNaN(ms)) throw new RangeError('after(NaN): a timer needs a number of milliseconds');
    const at = this.#now + (ms > 0 ? Math.ceil(ms) : 0);
    // At infinity nothing fires: such a timer must not keep a deadlock from being seen.
    if (at === Number.POSITIVE_INFINITY) return NEVER;
    const timer = new VirtualTimer(at, fire, manner === 'sync');
    this.#timers.push(timer);
    return timer;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(this, ms, signal);
  }

  /**
   * Calls `main` and drives time until its promise settles; timers that are left then never fire. Rejects with
   * what a timer's callback throws, when `main` waits for something that no timer can bring, and past a limit.
   */
  run<T>(main: () => Promise<T>): Promise<T> {
    if (this.#turns !== undefined) return Promise.reject(new Error('this virtual clock is running already'));
    return new Promise<T>((resolve, reject) => {
      const turns = new EventLoopTurns(
        () => {
          let timer = this.#timers.pop();
          if (timer === undefined) throw this.#deadlock();
          // After a timer that made nothing else runnable the next one may fire in the same turn.
          while (timer !== undefined && this.#fire(timer)) timer = this.#timers.pop();
        },
        error => {
          this.#stop();
          reject(error);
        },
      );
      this.#turns = turns;
      turns.start();
      const settle = (act: () => void) => {
        if (this.#turns !== turns) return;
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

  /** Returns whether it was a synchronous one. */
  #fire(timer: VirtualTimer): boolean {
    if (timer.at > this.#maxTime) {
      throw new Error(`virtual time would pass its limit of ${this.#maxTime} ms (at ${this.#now} ms)`);
    }
    this.#fired += 1;
    if (this.#fired > this.#maxEvents) {
      throw new Error(`more than ${this.#maxEvents} timers fired (at ${this.#now} ms of virtual time)`);
    }
    this.#now = timer.at;
    timer.fire();
    return timer.isSync;
  }

  #deadlock(): Error {
    return new Error(
      `deadlock at ${this.#now} ms of virtual time: no timer is left and the program still waits ` +
        '(for something that nobody will do, or for a file, socket or worker, which virtual time does not wait for)',
    );
  }

  #stop(): void {
    this.#turns?.stop();
    this.#turns = undefined;
    this.#timers = new TimerQueue();
  }
}

const NEVER: Timer = { cancel() {} };
