import type { Account, Alert, StrategySet } from './account/account.ts';
import type { View } from './account/action.ts';
import { availableIn } from './account/gtm2/common.ts';
import { cloudPool } from './account/gtm3/resolve.ts';
import { isPoolAvailable } from './cloud-health.ts';
import type { Check, HealthChange } from './prober.ts';
import type { Summary } from './steering.ts';

/* What the alert log says; the cloud shows 2.0's only in its console. */

type Row = Omit<Alert, 'at'>;

/** Of an address that became abnormal, or normal again. */
export function addressAlert(account: Account, { key, address, monitor }: Check, change: HealthChange): Row {
  const [owner = ''] = key.split('/');
  const isCloud = owner in account.cloud.addresses;
  const { status, failing, result } = change;
  const code = status === 'ALERT' ? ` (${failureCode(monitor.protocol, result)}, ${result})` : '';
  const says = status === 'ALERT' ? 'is abnormal' : 'is normal again';
  return {
    ActionType: status === 'ALERT' ? 'ALERT' : 'RESUME',
    EntityType: 'GTM_ADDRESS',
    generation: isCloud ? '3.0' : '2.0',
    entity: isCloud ? owner : (account.pools[owner]?.InstanceId ?? owner),
    Content: `${address} ${says}${code}: ${failing} of ${monitor.nodes.length} nodes see it down`,
  };
}

/** The cloud's codes of failed checks: 610 for no answer in time, 611 for any other failure, 550 for no way there. */
function failureCode(protocol: Check['monitor']['protocol'], result: string): number {
  if (protocol === 'PING') return 610;
  return result === 'timeout' ? 610 : 611;
}

/** Of a strategy or config that answers from another set or pool. */
export function switchAlert(
  account: Account,
  id: string,
  decided: Summary,
  before: Summary,
): Row | undefined {
  const strategy = account.strategies[id];
  if (strategy === undefined || before.set === decided.set) return undefined;
  return {
    ActionType: 'SWITCH',
    EntityType: 'GTM_INSTANCE',
    generation: '2.0',
    entity: strategy.InstanceId,
    Content: `${strategy.StrategyName} switched from ${before.set} to ${decided.set}: ${decided.reason}`,
  };
}

/** Sets of 2.0 and pools of 3.0 that are not available, each with what the log says of it. */
export function unavailable(
  account: Account,
  view: View,
  alerts: ReadonlySet<string>,
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const { StrategyId, StrategyName, InstanceId, primary, backup } of Object.values(account.strategies)) {
    const sets: readonly (readonly [string, StrategySet | undefined])[] = [
      ['DEFAULT', primary],
      ['FAILOVER', backup],
    ];
    for (const [name, set] of sets) {
      if (set === undefined) continue;
      const count = availableIn(account, view, set);
      if (count >= set.minimum) continue;
      rows.set(`${StrategyId}/${name}`, {
        ActionType: 'ALERT',
        EntityType: 'GTM_ADDRESS_POOL',
        generation: '2.0',
        entity: InstanceId,
        Content: `the pool set ${name} of ${StrategyName} is not available: ${count} addresses, ${set.minimum} needed`,
      });
    }
  }
  for (const pool of Object.values(account.cloud.pools)) {
    if (pool.members.length === 0 || isPoolAvailable(cloudPool(account.cloud, pool), alerts)) continue;
    rows.set(pool.AddressPoolId, {
      ActionType: 'ALERT',
      EntityType: 'GTM_ADDRESS_POOL',
      generation: '3.0',
      entity: pool.AddressPoolId,
      Content: `the pool ${pool.AddressPoolName} (${pool.AddressPoolId}) is not available`,
    });
  }
  return rows;
}

/** The row that ends another one. */
export function resumed(row: Row): Row {
  return {
    ...row,
    ActionType: 'RESUME',
    Content: row.Content.replace(/is not available.*/, 'is available again'),
  };
}
