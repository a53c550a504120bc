import type { Random } from '../runtime/random.ts';
import { type Arrivals, LoopArrivals, PoissonArrivals } from './arrivals.ts';
import { Client } from './client.ts';
import type { Habits } from './request.ts';
import { Resolver } from './resolver.ts';

/** The clients that behave alike, and their resolvers. */
export class Population {
  readonly #clients: readonly Client[];
  readonly #arrivals: Arrivals;

  /** `rate` is that of all populations, per second; `nameServer` the address that the resolvers ask. */
  constructor(habits: Habits, rate: number, nameServer: string, random: Random) {
    const { clock, network, population, record, target } = habits;
    const query = { server: nameServer, name: target.name, type: 'A' } as const;
    const orders = random.fork('orders');
    const resolvers = Array.from({ length: population.resolver.count }, (_, index) => {
      const name = `${population.name}-${index}`;
      return new Resolver({ name, population, query, clock, random: orders, network, record });
    });
    this.#clients = Array.from({ length: population.clients }, (_, index) => {
      return new Client(index, habits, resolvers[index % resolvers.length] as Resolver);
    });
    const [first] = this.#clients;
    this.#arrivals = population.loop
      ? new LoopArrivals(first as Client, population.loop, clock)
      : new PoissonArrivals(this.#clients, rate * (population.share ?? 0), clock, random.fork('arrivals'));
  }

  start(): void {
    this.#arrivals.start();
  }

  stop(): void {
    this.#arrivals.stop();
    for (const client of this.#clients) client.stop();
  }
}
