import type { DnsAnswer, DnsQuery } from '../runtime/network.ts';
import type { Authority } from './dns/types.ts';
import { addressesAt } from './dns/zones.ts';
import type { AccessMode, AddressStatus, ResolvedGtm, SetName, Strategy } from './model.ts';
import type { ProberPorts } from './prober.ts';
import type { Decision } from './route.ts';
import { GtmService } from './service.ts';

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

/** Puts one 2.0 instance in operation, as a drill needs it. */
export function startGtm({ config, ...ports }: GtmOptions): Gtm {
  const service = new GtmService({ instances: [config], configs: [], disabled: [], checks: [] }, ports);
  const modes = new Map(config.strategies.map(({ id, accessMode }) => [id, accessMode]));
  const strategyNamed = (name: string): Strategy => {
    const strategy = config.strategies.find(one => one.name === name);
    if (!strategy) throw new Error(`GTM instance ${config.instanceId} has no access strategy "${name}"`);
    return strategy;
  };

  return {
    find: question => service.find(question),
    answer: ({ name }) => addressesAt(service, name, ''),
    setAccessMode(name, mode) {
      const { id, backup } = strategyNamed(name);
      if (mode === 'FAILOVER' && !backup)
        throw new Error(`access strategy ${name} has no FailoverAddrPool to pin`);
      modes.set(id, mode);
      service.setAccessMode(id, mode);
    },
    status: () => ({
      strategies: config.strategies.flatMap(({ id, name, accessMode }) => {
        const at = service.strategy(id);
        return at ? [statusOf(name, modes.get(id) ?? accessMode, at)] : [];
      }),
      addresses: config.pools.flatMap(pool =>
        pool.members.map(({ key, address }) => ({
          pool: pool.name,
          address,
          status: service.status(key) === 'ALERT' ? 'ALERT' : 'OK',
        })),
      ),
    }),
    stop: () => service.stop(),
  };
}

function statusOf(
  name: string,
  accessMode: AccessMode,
  { decided, published }: { readonly decided: Decision; readonly published: Decision },
): StrategyStatus {
  return {
    name,
    accessMode,
    set: decided.set,
    available: decided.available,
    decided: decided.addresses.map(one => one.address),
    published: published.addresses.map(one => one.address),
  };
}
