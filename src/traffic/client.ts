import { type Habits, type KeptConnection, Request, type Requester } from './request.ts';
import type { Resolution, Resolver } from './resolver.ts';

/** One client: its own DNS cache and its pool of connections. */
export class Client implements Requester {
  readonly index: number;
  readonly habits: Habits;
  readonly resolver: Resolver;
  #cached: Resolution | undefined;
  #pool: KeptConnection[] = [];
  #stopped = false;

  constructor(index: number, habits: Habits, resolver: Resolver) {
    this.index = index;
    this.habits = habits;
    this.resolver = resolver;
  }

  /** Sends one request; `ended` is called when it has been journaled. */
  ask(ended?: () => void): void {
    new Request(this, ended).start();
  }

  /** The addresses in the client's own cache, while they are good. */
  cached(now: number): Resolution | undefined {
    const { cache } = this.habits.population;
    if (this.#cached === undefined || cache === 'forever') return this.#cached;
    return now - this.#cached.looked < (cache as number) ? this.#cached : undefined;
  }

  remember(resolution: Resolution): void {
    if (this.habits.population.cache !== 'none') this.#cached = resolution;
  }

  /** The most recently used connection that is still good; the rest are closed. */
  takeConnection(now: number): KeptConnection | undefined {
    for (let kept = this.#pool.pop(); kept !== undefined; kept = this.#pool.pop()) {
      if (this.#good(kept, now)) return kept;
      kept.connection.close();
    }
    return undefined;
  }

  keepConnection(kept: KeptConnection): void {
    if (this.#stopped) kept.connection.close();
    else this.#pool.push(kept);
  }

  stop(): void {
    this.#stopped = true;
    for (const { connection } of this.#pool.splice(0)) connection.close();
  }

  #good({ connection, connected, rested }: KeptConnection, now: number): boolean {
    const habit = this.habits.population.connection;
    if (habit === 'fresh' || !connection.open) return false;
    const { keepAlive, idle } = habit;
    return (
      (keepAlive === 'forever' || now - connected < keepAlive) && (idle === undefined || now - rested < idle)
    );
  }
}
