import type { Clock } from '../runtime/clock.ts';
import type { Journal } from '../runtime/journal.ts';
import type { Network } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import type { ClientsConfig } from './config.ts';
import { Population } from './population.ts';
import { TrafficRecord } from './record.ts';

export interface TrafficOptions {
  readonly config: ClientsConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly journal: Journal;
  /** Address of the name server that serves the business name. */
  readonly nameServer: string;
  /** The centre that an address belongs to. */
  readonly centreOf: (address: string) => string | undefined;
}

export interface Clients {
  /** Sends no more; `done` is called when what was under way has ended and been journaled. */
  stop(done?: () => void): void;
  /** Requests and DNS queries that have not ended. */
  outstanding(): number;
}

/** Starts every population. Clients ask from `clients/<population>`, resolvers from `resolver/<population>-<n>`. */
export function startClients(options: TrafficOptions): Clients {
  const { config, clock, network, journal, nameServer, centreOf } = options;
  const record = new TrafficRecord(journal);
  const populations = config.populations.map(population => {
    const place = `clients/${population.name}`;
    const habits = { population, target: config, place, clock, network, record, centreOf };
    return new Population(habits, config.rate, nameServer, options.random.fork(place));
  });
  for (const population of populations) population.start();
  return {
    stop(done) {
      for (const population of populations) population.stop();
      // The last answer comes in a synchronous step, and `done` may settle a promise.
      record.whenDrained(() => clock.after(0, done ?? (() => {})));
    },
    outstanding() {
      return record.outstanding;
    },
  };
}
