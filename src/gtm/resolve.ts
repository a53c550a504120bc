import { InputError } from '../runtime/yaml.ts';
import type { GtmConfig } from './config.ts';
import type { HealthRule, Member, Monitor, Pool, PoolSet, ResolvedGtm } from './model.ts';

type PoolConfig = GtmConfig['AddrPools'][number];
type StrategyConfig = GtmConfig['AccessStrategies'][number];

/**
 * The configuration with pools and addresses in place of their names.
 *
 * @param addressOf The public IPv4 address of a centre; undefined when there is no such centre.
 * @throws InputError for an address that is the name of no centre, or that stands twice in one pool.
 */
export function resolveGtm(
  config: GtmConfig,
  addressOf: (centre: string) => string | undefined,
  file = 'clusters/gtm.yaml',
): ResolvedGtm {
  const pools = config.AddrPools.map((pool, i) =>
    resolvePool(config, pool, addressOf, { file, path: `AddrPools[${i}]` }),
  );
  const byName = new Map(pools.map(pool => [pool.name, pool]));
  return {
    instanceId: config.InstanceId,
    businessName: config.Config.PublicUserDomainName,
    accessDomain: `${config.Config.PublicRr}.${config.Config.PublicZoneName}`,
    zone: config.Config.PublicZoneName,
    ttlSeconds: config.Config.Ttl,
    pools,
    strategies: config.AccessStrategies.map(strategy => resolveStrategy(strategy, byName)),
    emulator: config.emulator,
  };
}

function resolvePool(
  config: GtmConfig,
  pool: PoolConfig,
  addressOf: (centre: string) => string | undefined,
  place: { readonly file: string; readonly path: string },
): Pool {
  const members: Member[] = [];
  for (const [i, { Addr, Mode, LbaWeight }] of pool.Addr.entries()) {
    const path = `${place.path}.Addr[${i}].Addr`;
    const address = /^[\d.]+$/.test(Addr) ? Addr : addressOf(Addr);
    if (address === undefined)
      throw new InputError(place.file, `the topology has no centre "${Addr}"`, { path });
    if (members.some(member => member.address === address)) {
      throw new InputError(place.file, `${address} (${Addr}) is already in the pool`, { path });
    }
    members.push({ key: `${pool.Name}/${address}`, address, mode: Mode, weight: LbaWeight });
  }
  const monitor = pool.Monitor && resolveMonitor(config, pool.Monitor);
  return { name: pool.Name, lbaStrategy: pool.LbaStrategy, members, ...(monitor && { monitor }) };
}

function resolveMonitor(config: GtmConfig, monitor: NonNullable<PoolConfig['Monitor']>): Monitor {
  const rule: HealthRule = {
    evaluationCount: monitor.EvaluationCount,
    recoverySuccesses: config.emulator.recoverySuccesses,
    failureRate: monitor.MonitorExtendInfo.failureRate,
  };
  const check = {
    ...rule,
    // Whole milliseconds, as all times: a drill that runs faster divides by any number.
    interval: Math.round(monitor.Interval * 1000),
    timeout: monitor.Timeout,
    port: monitor.MonitorExtendInfo.port,
    nodes: monitor.IspCityNode.map(node => node.Name),
  };
  if (monitor.ProtocolType === 'TCP') return { protocol: 'TCP', ...check };
  const { host, path, code } = monitor.MonitorExtendInfo;
  return {
    protocol: 'HTTP',
    ...check,
    host: host ?? config.Config.PublicUserDomainName,
    path,
    failsFrom: config.emulator.codeComparison === 'gt' ? code + 1 : code,
  };
}

function resolveStrategy(
  strategy: StrategyConfig,
  pools: ReadonlyMap<string, Pool>,
): ResolvedGtm['strategies'][number] {
  const set = (
    references: StrategyConfig['DefaultAddrPool'],
    lbaStrategy: PoolSet['lbaStrategy'],
    minimum: number,
  ): PoolSet => ({
    type: 'A',
    pools: references.flatMap(({ Name, LbaWeight }) => {
      const pool = pools.get(Name);
      return pool ? [{ pool, weight: LbaWeight }] : [];
    }),
    lbaStrategy,
    minimum,
  });
  const { FailoverAddrPool, FailoverLbaStrategy, FailoverMinAvailableAddrNum } = strategy;
  return {
    id: strategy.StrategyName,
    name: strategy.StrategyName,
    lines: strategy.Lines,
    accessMode: strategy.AccessMode,
    primary: set(strategy.DefaultAddrPool, strategy.DefaultLbaStrategy, strategy.DefaultMinAvailableAddrNum),
    ...(FailoverAddrPool.length > 0 && {
      backup: set(FailoverAddrPool, FailoverLbaStrategy, FailoverMinAvailableAddrNum),
    }),
  };
}
