import * as z from 'zod';
import type { Account, StrategyMode, StrategySet } from '../account.ts';
import { invalid, missing } from '../errors.ts';
import { given, optional, text, whole, word } from '../parameters.ts';
import type { AddressType } from '../values.ts';
import { poolOf } from './common.ts';

/* GTM 2.0: the two pool sets of an access strategy, as parameters and as data. */

const addressType = word('IPV4', 'IPV6', 'DOMAIN');

const pools = z.array(z.object({ Id: text, LbaWeight: optional(whole(1, 100)) })).max(100);

/** No backup set: the documentation shows `EMPTY` without its form on the wire, so that all of these are taken. */
const noPools = z
  .union([
    z.string().regex(/^(EMPTY)?$/i),
    z
      .array(z.union([z.string().regex(/^EMPTY$/i), z.object({ Id: z.string().regex(/^EMPTY$/i) })]))
      .length(1),
  ])
  .transform(() => []);

const setting = {
  LbaStrategy: optional(word('ALL_RR', 'RATIO')),
  MaxReturnAddrNum: optional(whole(1, 8)),
  LatencyOptimization: optional(word('OPEN', 'CLOSE')),
};
const minimum = whole(1, 400);

export const sets = {
  DefaultAddrPoolType: addressType,
  DefaultAddrPool: pools.min(1),
  DefaultMinAvailableAddrNum: minimum,
  DefaultLbaStrategy: setting.LbaStrategy,
  DefaultMaxReturnAddrNum: setting.MaxReturnAddrNum,
  DefaultLatencyOptimization: setting.LatencyOptimization,
  FailoverAddrPoolType: optional(addressType),
  FailoverAddrPool: z.union([noPools, pools]).optional(),
  FailoverMinAvailableAddrNum: optional(minimum),
  FailoverLbaStrategy: setting.LbaStrategy,
  FailoverMaxReturnAddrNum: setting.MaxReturnAddrNum,
  FailoverLatencyOptimization: setting.LatencyOptimization,
};
const setsSchema = z.object(sets);
type Sets = z.output<typeof setsSchema>;

/** One of the two sets from its parameters, whose names begin with `prefix`. */
function setOf(
  account: Account,
  instance: string,
  mode: StrategyMode,
  prefix: 'Default' | 'Failover',
  type: AddressType,
  parameters: Sets,
): StrategySet {
  const list = parameters[`${prefix}AddrPool`] ?? [];
  const seen = new Set<string>();
  for (const [i, { Id }] of list.entries()) {
    const pool = poolOf(account, Id);
    const place = `${prefix}AddrPool.${i + 1}.Id`;
    if (pool.InstanceId !== instance) throw invalid(place, `the pool "${Id}" belongs to another instance`);
    if (pool.Type !== type)
      throw invalid(place, `the pool "${pool.Name}" is of type ${pool.Type}, not ${type}`);
    if (seen.has(Id)) throw invalid(place, `the pool "${Id}" stands in the set twice`);
    seen.add(Id);
  }
  const lbaStrategy = parameters[`${prefix}LbaStrategy`];
  if (mode === 'GEO' && lbaStrategy === undefined) throw missing(`${prefix}LbaStrategy`);
  return {
    type,
    pools: list.map(({ Id, LbaWeight }) => ({ Id, ...given({ LbaWeight }) })),
    lbaStrategy: lbaStrategy ?? 'ALL_RR',
    minimum: parameters[`${prefix}MinAvailableAddrNum`] ?? 1,
    mostReturned: parameters[`${prefix}MaxReturnAddrNum`] ?? 1,
    latencyOptimization: parameters[`${prefix}LatencyOptimization`] ?? 'OPEN',
  };
}

/** Both sets; without the backup one where there is `EMPTY` or nothing. @throws ApiError */
export function bothSets(account: Account, instance: string, mode: StrategyMode, parameters: Sets) {
  const primary = setOf(account, instance, mode, 'Default', parameters.DefaultAddrPoolType, parameters);
  if ((parameters.FailoverAddrPool ?? []).length === 0) return { primary };
  const { FailoverAddrPoolType = parameters.DefaultAddrPoolType } = parameters;
  if (parameters.FailoverMinAvailableAddrNum === undefined) throw missing('FailoverMinAvailableAddrNum');
  return { primary, backup: setOf(account, instance, mode, 'Failover', FailoverAddrPoolType, parameters) };
}
