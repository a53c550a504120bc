/** Something that will happen once; `cancel` is harmless when it already has. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as a port: the real clock in `real-clock.ts`, virtual time in `virtual-clock.ts`.
 * All times are milliseconds since the drill began; virtual times are whole numbers.
 */
export interface Clock {
  now(): number;
  /** Calls `fire` once, `ms` from now (rounded up to a whole millisecond, never negative). */
  after(ms: number, fire: () => void): Timer;
  /** Resolves `ms` from now; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
