import type { Clock, Timer } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Client } from './client.ts';

/** When the clients of a population send. */
export interface Arrivals {
  start(): void;
  stop(): void;
}

/**
 * Every client is a Poisson process of the same rate, whatever became of its earlier requests. Together they are one
 * Poisson process whose arrivals fall to the clients evenly (superposition), which takes a single timer.
 */
export class PoissonArrivals implements Arrivals {
  readonly #clients: readonly Client[];
  readonly #meanMs: number;
  readonly #clock: Clock;
  readonly #random: Random;
  #timer: Timer | undefined;
  /** Not rounded, so that the clock's whole milliseconds do not slow the process down. */
  #due = 0;

  /** `rate` is that of all clients together, per second. */
  constructor(clients: readonly Client[], rate: number, clock: Clock, random: Random) {
    this.#clients = clients;
    this.#meanMs = 1000 / rate;
    this.#clock = clock;
    this.#random = random;
  }

  start(): void {
    this.#due = this.#clock.now();
    this.#next();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #next(): void {
    this.#due += this.#random.exponential(this.#meanMs);
    this.#timer = this.#clock.after(this.#due - this.#clock.now(), this.#arrive, 'sync');
  }

  readonly #arrive = (): void => {
    const client = this.#clients[this.#random.below(this.#clients.length)] as Client;
    this.#next();
    client.ask();
  };
}

/** The article's loop: a request, its answer, a pause, the next request. */
export class LoopArrivals implements Arrivals {
  readonly #client: Client;
  readonly #pauseMs: number;
  readonly #clock: Clock;
  #left: number;
  #timer: Timer | undefined;

  constructor(client: Client, loop: { every: number; requests?: number | undefined }, clock: Clock) {
    this.#client = client;
    this.#pauseMs = loop.every;
    this.#left = loop.requests ?? Number.POSITIVE_INFINITY;
    this.#clock = clock;
  }

  start(): void {
    this.#ask();
  }

  stop(): void {
    this.#left = 0;
    this.#timer?.cancel();
  }

  readonly #ask = (): void => {
    this.#left--;
    this.#client.ask(this.#pause);
  };

  readonly #pause = (): void => {
    if (this.#left > 0) this.#timer = this.#clock.after(this.#pauseMs, this.#ask, 'sync');
  };
}
