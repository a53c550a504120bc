import { canonicalAddress } from '../../../runtime/ip-address.ts';
import { isLine, LINES } from '../../catalogue.ts';
import {
  type AccessStrategy,
  type Account,
  type AddressPool,
  type Instance,
  MOST_ROWS,
  type MonitorConfig,
  type Operation,
  type PoolAddress,
  type StrategySet,
} from '../account.ts';
import type { Call, StrategyView, View } from '../action.ts';
import { invalid, notExists } from '../errors.ts';
import { text } from '../parameters.ts';

/* What GTM 2.0's actions have in common. */

export const instanceParameter = { InstanceId: text };

export function instanceOf(account: Account, id: string): Instance {
  const instance = account.instances[id];
  if (!instance) throw notExists('DnsGtmInstance', id);
  return instance;
}

export function poolOf(account: Account, id: string): AddressPool {
  const pool = account.pools[id];
  if (!pool) throw notExists('DnsGtmAddrPool', id);
  return pool;
}

export function monitorOf(account: Account, id: string): MonitorConfig {
  const monitor = account.monitors[id];
  if (!monitor) throw notExists('DnsGtmMonitor', id);
  return monitor;
}

/** A pool's health check, if it has one. */
export function monitorOfPool(account: Account, pool: string): MonitorConfig | undefined {
  return Object.values(account.monitors).find(one => one.AddrPoolId === pool);
}

export function poolsOf(account: Account, instance: string): AddressPool[] {
  return Object.values(account.pools).filter(pool => pool.InstanceId === instance);
}

export function memberKey(pool: string, address: string): string {
  return `${pool}/${address}`;
}

/** Whether an address may be answered with: SMART ones by their checks, if there are any. */
export function isAvailable(account: Account, view: View, pool: AddressPool, address: PoolAddress): boolean {
  if (address.Mode !== 'SMART') return address.Mode === 'ONLINE';
  if (monitorOfPool(account, pool.AddrPoolId)?.status !== 'OPEN') return true;
  return view.status(memberKey(pool.AddrPoolId, address.Addr)) !== 'ALERT';
}

/** How many addresses of a set may be answered with, each once. */
export function availableIn(account: Account, view: View, { pools }: StrategySet): number {
  const addresses = pools.flatMap(({ Id }) => {
    const pool = poolOf(account, Id);
    return pool.Addr.filter(address => isAvailable(account, view, pool, address)).map(one =>
      canonicalAddress(one.Addr),
    );
  });
  return new Set(addresses).size;
}

/** What a strategy has decided; one that is not at work, such as of the other mode, what it would by its addresses. */
export function standingOf(account: Account, view: View, strategy: AccessStrategy): StrategyView {
  const decided = view.strategy(strategy.StrategyId);
  if (decided) return decided;
  const { primary, backup, AccessMode } = strategy;
  const available = {
    DEFAULT: availableIn(account, view, primary),
    FAILOVER: backup === undefined ? 0 : availableIn(account, view, backup),
  };
  const isSwitched =
    available.DEFAULT < primary.minimum && backup !== undefined && available.FAILOVER >= backup.minimum;
  return { set: AccessMode !== 'AUTO' ? AccessMode : isSwitched ? 'FAILOVER' : 'DEFAULT', available };
}

/** Writes what was done into the log that DescribeDnsGtmLogs shows. */
export function logged(
  { account, now }: Pick<Call<unknown>, 'account' | 'now'>,
  row: Omit<Operation, 'Id' | 'at'>,
): void {
  const Id = (account.operations.at(-1)?.Id ?? 0) + 1;
  account.operations.push({ Id, at: now, ...row });
  if (account.operations.length > MOST_ROWS) account.operations.shift();
}

/** Line codes, each known; `default` is the global line. */
export function checkedLines(lines: readonly string[]): string[] {
  const unknown = lines.find(line => !isLine(line));
  if (unknown !== undefined) throw invalid('Lines', `there is no line "${unknown}"`);
  return [...new Set(lines)];
}

export function lineName(code: string): string {
  return LINES.find(line => line.code === code)?.name ?? code;
}

export function lineDetails(code: string) {
  const line = LINES.find(one => one.code === code);
  return {
    LineCode: code,
    LineName: lineName(code),
    GroupCode: code === 'default' ? 'DEFAULT' : 'LINE',
    GroupName: code === 'default' ? 'Global' : 'Lines',
    FatherCode: line?.parent ?? '',
  };
}

/** @throws ApiError when a plan of the edition does not allow it. */
export function requireUltimate(instance: Instance, parameter: string, what: string): void {
  if (instance.VersionCode !== 'ultimate') throw invalid(parameter, `${what} needs the ultimate edition`);
}
