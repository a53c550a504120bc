/** Something that will happen once; `cancel` is harmless when it already has. */
export interface Timer {
  cancel(): void;
}

/** What a timer calls: a function, or an object's own, which spares a closure for each. */
export type Fire = (() => void) | { fire(): void };

/**
 * Time as a port: the real clock in `real-clock.ts`, virtual time in `virtual-clock.ts`.
 * All times are milliseconds since the drill began; virtual times are whole numbers.
 */
export interface Clock {
  now(): number;
  /**
   * Calls `fire` once, `ms` from now (rounded up to a whole millisecond, never negative). `'sync'` promises that
   * `fire` has done all that it does when it returns: it settles no promise and starts nothing that awaits. Virtual
   * time then goes on without a turn of the event loop, which costs more than most callbacks.
   */
  after(ms: number, fire: Fire, manner?: 'sync'): Timer;
  /** Resolves `ms` from now; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export function fireOf(fire: Fire): void {
  if (typeof fire === 'function') fire();
  else fire.fire();
}
