import type { RequestEvent } from '../../runtime/journal.ts';

/** A journal may name anything; beyond these numbers a page has no room, and one name stands for the rest. */
const MOST_POPULATIONS = 50;
const MOST_LISTS = 200;
const MOST_OUTCOMES = 50;
const OTHERS = '…';

/** Gives names their index: the page holds each name once. */
export class Names {
  readonly centres: readonly string[];
  readonly populations: readonly string[];
  readonly #centres: ReadonlyMap<string, number>;
  readonly #populations: ReadonlyMap<string, number>;
  readonly #lists = new Index(MOST_LISTS);
  readonly #outcomes = new Index(MOST_OUTCOMES);
  readonly #labels = new Map<string, number>();
  readonly #centreOf: ReadonlyMap<string, string>;

  /** @param addresses Each centre's public address, by the centre's name. */
  constructor(
    centres: readonly string[],
    populations: readonly string[],
    addresses: Readonly<Record<string, string>>,
  ) {
    this.centres = centres;
    this.populations =
      populations.length <= MOST_POPULATIONS
        ? populations
        : [...populations.slice(0, MOST_POPULATIONS - 1), OTHERS];
    this.#centres = new Map(centres.map((name, index) => [name, index]));
    this.#populations = new Map(this.populations.map((name, index) => [name, index]));
    this.#centreOf = new Map(Object.entries(addresses).map(([centre, address]) => [address, centre]));
  }

  get lists(): readonly string[] {
    return this.#lists.names;
  }

  get outcomes(): readonly string[] {
    return this.#outcomes.names;
  }

  /** -1 for an address of no centre. */
  centre(name: string | undefined): number {
    return name === undefined ? -1 : (this.#centres.get(name) ?? -1);
  }

  population(name: string): number {
    return this.#populations.get(name) ?? this.populations.length - 1;
  }

  /** Of a list of addresses, whatever its order. */
  list(addresses: readonly string[]): number {
    const key = addresses.join();
    let index = this.#labels.get(key);
    if (index === undefined) {
      index = this.#lists.of(this.places(addresses));
      if (this.#labels.size < MOST_LISTS) this.#labels.set(key, index);
    }
    return index;
  }

  /** `cluster1-beijing, cluster2-beijing` for their addresses. */
  places(addresses: readonly string[]): string {
    return addresses
      .map(address => this.#centreOf.get(address) ?? address)
      .sort()
      .join(', ');
  }

  /** What a request came to: the status, or the failure. */
  outcome({ status, failure }: RequestEvent): number {
    return this.#outcomes.of(String(failure ?? status ?? '?'));
  }
}

class Index {
  readonly names: string[] = [];
  readonly #most: number;
  readonly #known = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  of(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= this.#most) return this.names.length - 1;
    const index = this.names.push(this.names.length === this.#most - 1 ? OTHERS : name) - 1;
    this.#known.set(name, index);
    return index;
  }
}
