import { canonicalAddress } from '../../../runtime/ip-address.ts';
import type { CloudAddressModel, CloudName, CloudPoolModel, ResolvedCloud } from '../../cloud-model.ts';
import type { RecordType } from '../../model.ts';
import type { CloudAccount, CloudAddress, CloudPool, CloudType, InstanceConfig, Member } from '../cloud.ts';
import { domainOf, isPreemptive, taskKey } from '../cloud.ts';

/* GTM 3.0's objects with pools and addresses in place of their ids. */

const RECORD: Readonly<Record<CloudType, RecordType>> = { IPv4: 'A', IPv6: 'AAAA', domain: 'CNAME' };

export function cloudName(config: InstanceConfig): CloudName {
  return { name: domainOf(config), zone: config.ScheduleZoneName.toLowerCase(), ttlSeconds: config.Ttl };
}

export function cloudConfig(cloud: CloudAccount, config: InstanceConfig): ResolvedCloud {
  return {
    id: config.ConfigId,
    ...cloudName(config),
    type: config.ScheduleRrType,
    strategy: config.AddressPoolLbStrategy,
    preemptive: isPreemptive(config.SequenceLbStrategyMode),
    pools: inOrder(config.members).flatMap(member => {
      const pool = cloud.pools[member.id];
      return pool ? [cloudPool(cloud, pool, member)] : [];
    }),
  };
}

export function cloudPool(cloud: CloudAccount, pool: CloudPool, member?: Member): CloudPoolModel {
  return {
    ...rankOf(pool.AddressPoolId, member),
    enabled: pool.EnableStatus === 'enable',
    type: RECORD[pool.AddressPoolType],
    judgement: pool.HealthJudgement,
    strategy: pool.AddressLbStrategy,
    preemptive: isPreemptive(pool.SequenceLbStrategyMode),
    addresses: inOrder(pool.members).flatMap(one => {
      const address = cloud.addresses[one.id];
      return address ? [cloudAddress(address, one)] : [];
    }),
  };
}

export function cloudAddress(address: CloudAddress, member?: Member): CloudAddressModel {
  return {
    ...rankOf(address.AddressId, member),
    address: canonicalAddress(address.Address),
    enabled: address.EnableStatus === 'enable',
    mode: address.AvailableMode === 'manual' ? (address.ManualAvailableStatus ?? 'available') : 'auto',
    judgement: address.HealthJudgement,
    tasks: address.HealthTasks.map(task => taskKey(address.AddressId, task)),
  };
}

function rankOf(id: string, member: Member | undefined) {
  return {
    id,
    serial: member?.SerialNumber ?? 1,
    weight: member?.WeightValue ?? 1,
    lines: member?.RequestSource ?? [],
  };
}

function inOrder(members: readonly Member[]): readonly Member[] {
  return members.toSorted((a, b) => a.SerialNumber - b.SerialNumber);
}
