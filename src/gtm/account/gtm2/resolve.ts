import { canonicalAddress } from '../../../runtime/ip-address.ts';
import { nodeName } from '../../catalogue.ts';
import type {
  HealthRule,
  Monitor,
  Pool,
  PoolSet,
  RecordType,
  ResolvedGtm,
  SteeringSettings,
  Strategy,
} from '../../model.ts';
import type {
  AccessStrategy,
  Account,
  AddressPool,
  Instance,
  MonitorConfig,
  StrategySet,
} from '../account.ts';
import { type ExtendInfo, readExtendInfo } from '../extend-info.ts';
import type { AddressType } from '../values.ts';
import { memberKey, monitorOfPool, poolsOf } from './common.ts';
import { accessDomain } from './instances.ts';

/* GTM 2.0's objects as the service works on them. */

/** These, and what becomes part of the monitors. */
export interface EmulatorSettings extends SteeringSettings {
  readonly recoverySuccesses: number;
  readonly codeComparison: 'gt' | 'gte';
}

const RECORD: Readonly<Record<AddressType, RecordType>> = { IPV4: 'A', IPV6: 'AAAA', DOMAIN: 'CNAME' };

/** What an instance does; nothing before it has names to answer for. */
export function resolveInstance(
  account: Account,
  instance: Instance,
  emulator: EmulatorSettings,
): ResolvedGtm | undefined {
  const domain = accessDomain(instance);
  const { PublicUserDomainName, PublicZoneName, Ttl, StrategyMode } = instance.Config;
  if (domain === undefined) return undefined;
  const host = PublicUserDomainName === '' ? domain : PublicUserDomainName;
  const pools = new Map(
    poolsOf(account, instance.InstanceId).map(pool => [
      pool.AddrPoolId,
      resolvePool(account, pool, host, emulator),
    ]),
  );
  const strategies = Object.values(account.strategies).filter(
    one => one.InstanceId === instance.InstanceId && one.StrategyMode === StrategyMode,
  );
  return {
    instanceId: instance.InstanceId,
    businessName: PublicUserDomainName,
    accessDomain: domain,
    zone: PublicZoneName,
    ttlSeconds: Ttl,
    pools: [...pools.values()],
    strategies: strategies.map(one => resolveStrategy(one, pools)),
    emulator,
  };
}

function resolvePool(account: Account, pool: AddressPool, host: string, emulator: EmulatorSettings): Pool {
  const config = monitorOfPool(account, pool.AddrPoolId);
  return {
    name: pool.Name,
    lbaStrategy: pool.LbaStrategy,
    members: pool.Addr.map(({ Addr, Mode, LbaWeight }) => ({
      key: memberKey(pool.AddrPoolId, Addr),
      address: canonicalAddress(Addr),
      mode: Mode,
      weight: LbaWeight,
    })),
    ...(config?.status === 'OPEN' && { monitor: resolveMonitor(config, host, emulator) }),
  };
}

function resolveMonitor(config: MonitorConfig, host: string, emulator: EmulatorSettings): Monitor {
  const info = readExtendInfo(config.ProtocolType, config.MonitorExtendInfo, 'MonitorExtendInfo');
  return monitorOf(config.ProtocolType, info, emulator, {
    evaluationCount: config.EvaluationCount,
    failureRate: info.failureRate ?? 50,
    interval: config.Interval * 1000,
    timeout: config.Timeout,
    nodes: config.IspCityNode.map(nodeName),
    host,
  });
}

interface CheckSettings extends Omit<HealthRule, 'recoverySuccesses'> {
  readonly interval: number;
  readonly timeout: number;
  readonly nodes: readonly string[];
  /** The Host header where the settings name none. */
  readonly host: string;
  /** Before the one that the settings name. */
  readonly port?: number;
  readonly followRedirect?: boolean;
}

/** A monitor of either generation. */
export function monitorOf(
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'PING',
  info: ExtendInfo,
  { recoverySuccesses, codeComparison }: EmulatorSettings,
  { host, port, followRedirect = false, ...settings }: CheckSettings,
): Monitor {
  const check = { ...settings, recoverySuccesses };
  const { code = 500, packetNum = 20, packetLossRate = 50 } = info;
  switch (protocol) {
    case 'PING':
      return { protocol, ...check, port: 0, packets: packetNum, failsFromLoss: packetLossRate };
    case 'TCP':
      return { protocol, ...check, port: port ?? info.port ?? 80 };
    default:
      return {
        protocol,
        ...check,
        port: port ?? info.port ?? (protocol === 'HTTP' ? 80 : 443),
        host: info.host ?? host,
        path: info.path ?? '/',
        failsFrom: codeComparison === 'gt' ? code + 1 : code,
        sni: info.sni ?? false,
        followRedirect,
      };
  }
}

function resolveStrategy(strategy: AccessStrategy, pools: ReadonlyMap<string, Pool>): Strategy {
  const set = ({ type, pools: references, lbaStrategy, minimum, mostReturned }: StrategySet): PoolSet => ({
    type: RECORD[type],
    pools: references.flatMap(({ Id, LbaWeight = 1 }) => {
      const pool = pools.get(Id);
      return pool ? [{ pool, weight: LbaWeight }] : [];
    }),
    lbaStrategy,
    minimum,
    ...(strategy.StrategyMode === 'LATENCY' && { nearest: mostReturned }),
  });
  return {
    id: strategy.StrategyId,
    name: strategy.StrategyName,
    lines: strategy.Lines,
    accessMode: strategy.AccessMode,
    primary: set(strategy.primary),
    ...(strategy.backup && { backup: set(strategy.backup) }),
  };
}
