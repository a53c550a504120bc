import type { CloudAddressModel, CloudJudgement, CloudPoolModel, ResolvedCloud } from './cloud-model.ts';

/** All is well; some of it is not, but enough is; too little is. */
export type CloudHealth = 'ok' | 'ok_alert' | 'exceptional';
export type AddressHealthStatus = CloudHealth | 'ok_no_monitor';

const SHARES: Readonly<Record<CloudJudgement, number>> = {
  any_ok: 0,
  p30_ok: 0.3,
  p50_ok: 0.5,
  p70_ok: 0.7,
  all_ok: 1,
};

/** Whether `good` of `all` are enough. One good one is the least that any judgement asks for. */
export function judged(judgement: CloudJudgement, good: number, all: number): CloudHealth {
  if (good === 0 || all === 0) return 'exceptional';
  if (good === all) return 'ok';
  return good >= SHARES[judgement] * all ? 'ok_alert' : 'exceptional';
}

/** An address by its health tasks; `alerts` are the keys of those that fail. */
export function addressHealth(address: CloudAddressModel, alerts: ReadonlySet<string>): AddressHealthStatus {
  const { tasks, judgement } = address;
  if (tasks.length === 0) return 'ok_no_monitor';
  return judged(judgement, tasks.filter(task => !alerts.has(task)).length, tasks.length);
}

export function isAddressAvailable(address: CloudAddressModel, alerts: ReadonlySet<string>): boolean {
  if (!address.enabled) return false;
  return address.mode === 'auto'
    ? addressHealth(address, alerts) !== 'exceptional'
    : address.mode === 'available';
}

export function poolHealth(
  { addresses, judgement }: CloudPoolModel,
  alerts: ReadonlySet<string>,
): CloudHealth {
  const good = addresses.filter(address => isAddressAvailable(address, alerts)).length;
  return judged(judgement, good, addresses.length);
}

/** An exceptional pool is left out whole, even if some of its addresses work: that is what its judgement means. */
export function isPoolAvailable(pool: CloudPoolModel, alerts: ReadonlySet<string>): boolean {
  return pool.enabled && poolHealth(pool, alerts) !== 'exceptional';
}

export function configHealth({ pools }: ResolvedCloud, alerts: ReadonlySet<string>): CloudHealth {
  return judged('any_ok', pools.filter(pool => isPoolAvailable(pool, alerts)).length, pools.length);
}
