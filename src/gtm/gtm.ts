import type { DnsAnswer, DnsQuery } from '../runtime/network.ts';
import { namesOf } from './answer.ts';
import type { Authority } from './dns-types.ts';
import { addressesAt, Zones } from './dns-zones.ts';
import type { AccessMode, AddressStatus, ResolvedGtm, SetName } from './model.ts';
import { Prober, type ProberPorts } from './prober.ts';
import { Steering } from './steering.ts';

export interface GtmOptions extends ProberPorts {
  readonly config: ResolvedGtm;
}

/** As an authority, it answers with what was published, not with what was decided. */
export interface Gtm extends Authority {
  /** What a resolver hears that asks for IPv4 addresses. */
  answer(query: Pick<DnsQuery, 'name'>): DnsAnswer;
  /**
   * Pins a strategy to one of its sets, or lets it switch by itself again.
   *
   * @throws Error when there is no such strategy, or no backup set to pin.
   */
  setAccessMode(strategy: string, mode: AccessMode): void;
  status(): GtmStatus;
  /** Ends probing, deciding and publishing; answers stay what they were. */
  stop(): void;
}

export interface GtmStatus {
  readonly strategies: readonly StrategyStatus[];
  readonly addresses: readonly {
    readonly pool: string;
    readonly address: string;
    readonly status: AddressStatus;
  }[];
}

export interface StrategyStatus {
  readonly name: string;
  readonly accessMode: AccessMode;
  readonly set: SetName;
  readonly available: Readonly<Record<SetName, number>>;
  readonly decided: readonly string[];
  readonly published: readonly string[];
}

/** Puts a GTM instance in operation: it probes, decides, publishes, and answers its names. */
export function startGtm(options: GtmOptions): Gtm {
  const { config, random } = options;
  const prober = new Prober(config.pools, { ...options, random: random.fork('prober') }, () => {
    for (const steering of steerings) steering.review();
  });
  const steerings = config.strategies.map(
    strategy => new Steering(strategy, config.emulator, prober.alerts, options),
  );
  // The configuration admits one line, and so one strategy.
  const [global] = steerings;
  if (!global) throw new Error(`GTM instance ${config.instanceId} has no access strategy`);
  const { zones, hosts } = namesOf(config, () => global.published, random.fork('answers'));
  const authority = new Zones(zones, hosts);

  return {
    find: question => authority.find(question),
    answer: ({ name }) => addressesAt(authority, name, ''),
    setAccessMode(name, mode) {
      const steering = steerings.find(one => one.strategy.name === name);
      if (!steering) throw new Error(`GTM instance ${config.instanceId} has no access strategy "${name}"`);
      steering.setAccessMode(mode);
    },
    status: () => ({
      strategies: steerings.map(statusOf),
      addresses: config.pools.flatMap(pool =>
        pool.members.map(({ key, address }) => ({
          pool: pool.name,
          address,
          status: prober.alerts.has(key) ? 'ALERT' : 'OK',
        })),
      ),
    }),
    stop() {
      prober.stop();
      for (const steering of steerings) steering.stop();
    },
  };
}

function statusOf({ strategy, accessMode, decided, published }: Steering): StrategyStatus {
  return {
    name: strategy.name,
    accessMode,
    set: decided.set,
    available: decided.available,
    decided: decided.addresses.map(one => one.address),
    published: published.addresses.map(one => one.address),
  };
}
