import type { Clock } from '../runtime/clock.ts';
import type { AnswerEvent } from '../runtime/journal.ts';
import type { DnsOutcome, DnsQuery, Network } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import { consulted, type Entry, filled, NOTHING } from './cache.ts';
import type { PopulationConfig } from './config.ts';
import type { TrafficRecord } from './record.ts';

/** How long a resolver waits for the name server before it asks again, ms, and how often it asks at all. */
export const ATTEMPT_TIMEOUT_MS = 1_000;
export const ATTEMPTS = 3;

/** What a lookup gave. */
export interface Resolution {
  /** In the order in which to try them; empty when the name could not be resolved. */
  readonly addresses: readonly string[];
  /** The `answer` event they came with, or that said that there are none; 0 when no name server answered. */
  readonly answer: number;
  readonly draw: number;
  /** When the resolver handed them out, ms. */
  readonly looked: number;
}

export interface Asker {
  resolved(resolution: Resolution): void;
}

export interface ResolverOptions {
  readonly name: string;
  readonly population: PopulationConfig;
  readonly query: Omit<DnsQuery, 'from' | 'timeoutMs'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly record: TrafficRecord;
}

/** A caching resolver that knows one name. */
export class Resolver {
  readonly #options: ResolverOptions;
  readonly #query: DnsQuery;
  #entry: Entry = NOTHING;
  /** Attempts left of the query under way; 0 when there is none. */
  #attempts = 0;
  #waiting: Asker[] = [];

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#query = {
      ...options.query,
      from: `resolver/${options.name}`,
      timeoutMs: ATTEMPT_TIMEOUT_MS,
      manner: 'sync',
    };
  }

  /** Tells the asker at once when the cache can say, else when the name server has. */
  lookup(asker: Asker): void {
    const now = this.#options.clock.now();
    const entry = this.#entry;
    const reaction = consulted(entry, now);
    if (reaction === 'ask') this.#waiting.push(asker);
    if (reaction === 'ask' || reaction === 'hand-and-ask') this.#ask();
    if (reaction === 'hand' || reaction === 'hand-and-ask') this.#tell(asker, entry, now);
    if (reaction === 'fail') this.#tell(asker, failing(entry), now);
  }

  #ask(): void {
    if (this.#attempts > 0) return;
    this.#options.record.begin();
    this.#attempts = ATTEMPTS;
    this.#options.network.dns(this.#query, this.#received);
  }

  readonly #received = (outcome: DnsOutcome): void => {
    if (outcome.failure !== undefined && --this.#attempts > 0) {
      this.#options.network.dns(this.#query, this.#received);
      return;
    }
    this.#attempts = 0;
    const { population, record, clock } = this.#options;
    const now = clock.now();
    const source = { answer: this.#journal(outcome, now), draw: record.nextDraw() };
    this.#entry = filled(population.resolver.cache, this.#entry, outcome, source, now);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const asker of waiting) this.#tell(asker, this.#entry, now);
    record.end();
  };

  #journal({ answer, failure }: DnsOutcome, at: number): number {
    const { name, population, record } = this.#options;
    const event: AnswerEvent = {
      at,
      kind: 'answer',
      id: record.nextAnswer(),
      resolver: name,
      population: population.name,
      addresses: answer === undefined ? [] : [...answer.addresses],
      ttl: answer?.ttlSeconds ?? 0,
    };
    const reason = failure ?? answer?.rcode;
    if (reason !== undefined && reason !== 'NOERROR') event.failure = reason;
    record.journal.append(event);
    return event.id;
  }

  #tell(asker: Asker, { addresses, answer, draw }: Entry, looked: number): void {
    const { population, random, record } = this.#options;
    if (addresses.length > 1 && population.resolver.shuffle) {
      asker.resolved({ addresses: random.shuffle(addresses), answer, draw: record.nextDraw(), looked });
    } else {
      asker.resolved({ addresses, answer, draw, looked });
    }
  }
}

/** The entry with no address to give: addresses that have grown too old for it were no answer to the last query. */
function failing({ addresses, answer, draw }: Entry): Entry {
  return { ...NOTHING, answer: addresses.length > 0 ? 0 : answer, draw };
}
