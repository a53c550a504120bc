import type { Monitor, ResolvedGtm } from '../gtm/model.ts';
import { resolveGtm } from '../gtm/resolve.ts';
import { detectionBound, failbackBound, publishBound } from '../gtm/timing.ts';
import { clientCacheBound, connectionBound, resolverBound } from '../traffic/timing.ts';
import type { Settings } from './settings.ts';
import { PHASES, type Phase } from './verdict.ts';
import { Unknown } from './windows.ts';

export type PhaseBounds = Readonly<Record<Phase, number | null>>;

/** A decision follows the last change of health without a wait. */
const DECISION_MS = 0;

/**
 * What the configuration implies, at most, for each phase of a recovery; milliseconds, null where there is no bound.
 * On real time each phase may be late besides by what the drill's own timers were seen to be.
 */
export class Bounds {
  readonly #settings: Settings;
  readonly #gtm: ResolvedGtm;
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #lateness: number;

  /** @param addresses Public address by centre. */
  constructor(settings: Settings, addresses: ReadonlyMap<string, string>, lateness: number) {
    this.#settings = settings;
    this.#addresses = addresses;
    this.#lateness = lateness;
    this.#gtm = resolveGtm(settings.gtm, centre => this.#addresses.get(centre), 'the journal');
  }

  /** Public addresses of those targets that are centres. */
  addressesOf(targets: readonly string[]): ReadonlySet<string> {
    return new Set(targets.flatMap(target => this.#addresses.get(target) ?? []));
  }

  /** Addresses that those of the targets check that are vantage points. */
  addressesSeenFrom(targets: readonly string[]): ReadonlySet<string> {
    const pools = this.#gtm.pools.filter(({ monitor }) =>
      monitor?.nodes.some(node => targets.includes(node)),
    );
    return new Set(pools.flatMap(({ members }) => members.map(({ address }) => address)));
  }

  /** Of the centres whose addresses are to be checked, what checks them. */
  get monitors(): ReadonlyMap<string, readonly Monitor[]> {
    const all = [...this.#addresses].map(([centre, address]) => [centre, this.#monitorsOf(address)] as const);
    return new Map(all.filter(([, monitors]) => monitors.length > 0));
  }

  /** From a fault that fails every check of these targets to the last of their alerts. */
  detection(targets: readonly string[]): number | null {
    const bounds = [...this.addressesOf(targets)].map(address => {
      const monitors = this.#monitorsOf(address);
      return monitors.length === 0 ? null : Math.max(...monitors.map(detectionBound));
    });
    return bounds.length === 0 ? null : this.#late(largest(bounds));
  }

  /** The longest that one check may take; a check that began before the fault ends within it. */
  get checkTimeout(): number {
    return Math.max(0, ...this.#gtm.pools.map(({ monitor }) => monitor?.timeout ?? 0));
  }

  get publish(): number {
    return publishBound(this.#gtm) + this.#lateness;
  }

  phases(targets: readonly string[], population: string): PhaseBounds {
    const config = this.#settings.clients.populations.find(({ name }) => name === population);
    return {
      detect: this.detection(targets),
      decide: this.#late(DECISION_MS),
      publish: this.publish,
      resolver: config ? this.#late(resolverBound(config, this.#gtm.ttlSeconds * 1000)) : null,
      client: config ? this.#late(clientCacheBound(config)) : null,
      connection: config ? this.#late(connectionBound(config)) : null,
    };
  }

  /** From the fault to the population's last error. */
  recovery(targets: readonly string[], population: string): number | null {
    return sum(this.phases(targets, population));
  }

  /** From the end of a fault to the last request that is sent where the fault had moved it. */
  failback(populations: readonly string[]): number | Unknown {
    const bounds = populations.flatMap(population => {
      const { publish, resolver, client, connection } = this.phases([], population);
      const bound = addUp([this.#late(failbackBound(this.#gtm)), publish, resolver, client, connection]);
      return bound === null ? [] : [bound];
    });
    return bounds.length > 0 ? Math.max(...bounds) : new Unknown('noBound');
  }

  #late(bound: number | null): number | null {
    return bound === null ? null : bound + this.#lateness;
  }

  #monitorsOf(address: string): Monitor[] {
    return this.#gtm.pools.flatMap(({ members, monitor }) =>
      monitor && members.some(member => member.address === address && member.mode === 'SMART')
        ? [monitor]
        : [],
    );
  }
}

/** The sum of the phases' bounds; null when one has none. */
export function sum(phases: PhaseBounds): number | null {
  return addUp(PHASES.map(phase => phases[phase]));
}

function addUp(bounds: readonly (number | null)[]): number | null {
  let total = 0;
  for (const bound of bounds) {
    if (bound === null) return null;
    total += bound;
  }
  return total;
}

function largest(bounds: readonly (number | null)[]): number | null {
  return bounds.reduce((most, bound) => (most === null || bound === null ? null : Math.max(most, bound)));
}
