import * as z from 'zod';
import { canonicalAddress } from '../../../runtime/ip-address.ts';
import { newDigits } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import type { CloudPool } from '../cloud.ts';
import { conflict, invalid } from '../errors.ts';
import { json, optional, pageOf, paging, text } from '../parameters.ts';
import { quota } from '../values.ts';
import { LIMITS as ADDRESS_LIMITS, configsWith, poolsWith } from './addresses.ts';
import {
  addressOf,
  cloudPoolOf,
  cloudType,
  DONE,
  judgement,
  lbStrategy,
  type MemberForm,
  members,
  name,
  onOff,
  poolDetails,
  poolStatus,
  readMembers,
  remark,
  sequenceMode,
} from './common.ts';
import { isAsWanted, isLike, isSame, statusFilters } from './search.ts';

/* GTM 3.0: address pools. */

const MOST_ADDRESSES = 50;

const poolParameter = { AddressPoolId: text };

const filters = {
  ...paging,
  AddressPoolName: optional(text),
  AddressPoolType: optional(cloudType),
  EnableStatus: optional(onOff),
  Remark: optional(text),
};

function find<F extends z.output<z.ZodObject<typeof filters>>>(
  call: Call<F>,
  matches: (own: string, wanted: string) => boolean,
  also: (pool: CloudPool) => boolean,
  form: MemberForm,
): object {
  const { account, parameters: p } = call;
  const found = Object.values(account.cloud.pools).filter(
    one =>
      (p.AddressPoolName === undefined || matches(one.AddressPoolName, p.AddressPoolName)) &&
      (p.AddressPoolType ?? one.AddressPoolType) === one.AddressPoolType &&
      (p.EnableStatus ?? one.EnableStatus) === one.EnableStatus &&
      (p.Remark === undefined || matches(one.Remark, p.Remark)) &&
      also(one),
  );
  const { items, ...page } = pageOf(found, p);
  return { ...page, AddressPools: { AddressPool: items.map(pool => poolDetails(call, pool, form)) } };
}

/** What a write about a pool answers. */
function changed(call: Call<unknown>, pool: CloudPool): object {
  pool.updated = call.now;
  return { AddressPoolId: pool.AddressPoolId, ...DONE };
}

export const cloudPoolActions: Actions = {
  CreateCloudGtmAddressPool: write(
    z.object({
      AddressPoolName: name,
      AddressPoolType: cloudType,
      EnableStatus: onOff,
      HealthJudgement: judgement,
      Remark: optional(remark),
    }),
    ({ account, parameters, now }) => {
      const AddressPoolId = `pool-${newDigits(account)}`;
      account.cloud.pools[AddressPoolId] = {
        AddressPoolId,
        ...parameters,
        Remark: parameters.Remark ?? '',
        AddressLbStrategy: 'round_robin',
        SequenceLbStrategyMode: 'preemptive',
        members: [],
        created: now,
        updated: now,
      };
      return { AddressPoolId, ...DONE };
    },
  ),
  UpdateCloudGtmAddressPoolBasicConfig: write(
    z.object({ ...poolParameter, AddressPoolName: optional(name), HealthJudgement: optional(judgement) }),
    call => {
      const { AddressPoolId, AddressPoolName, HealthJudgement } = call.parameters;
      const pool = cloudPoolOf(call.account, AddressPoolId);
      if (AddressPoolName !== undefined) pool.AddressPoolName = AddressPoolName;
      if (HealthJudgement !== undefined) pool.HealthJudgement = HealthJudgement;
      return changed(call, pool);
    },
  ),
  UpdateCloudGtmAddressPoolEnableStatus: write(z.object({ ...poolParameter, EnableStatus: onOff }), call => {
    const pool = cloudPoolOf(call.account, call.parameters.AddressPoolId);
    pool.EnableStatus = call.parameters.EnableStatus;
    return changed(call, pool);
  }),
  UpdateCloudGtmAddressPoolLbStrategy: write(
    z.object({
      ...poolParameter,
      AddressLbStrategy: optional(lbStrategy),
      SequenceLbStrategyMode: optional(sequenceMode),
    }),
    call => {
      const { AddressPoolId, SequenceLbStrategyMode } = call.parameters;
      const pool = cloudPoolOf(call.account, AddressPoolId);
      const { AddressLbStrategy = pool.AddressLbStrategy } = call.parameters;
      if (pool.AddressPoolType === 'domain' && AddressLbStrategy === 'round_robin' && pool.members.length > 1)
        throw invalid(
          'AddressLbStrategy',
          'several domains cannot be answered at once: round_robin is for addresses',
        );
      pool.AddressLbStrategy = AddressLbStrategy;
      if (SequenceLbStrategyMode !== undefined) pool.SequenceLbStrategyMode = SequenceLbStrategyMode;
      return changed(call, pool);
    },
  ),
  UpdateCloudGtmAddressPoolRemark: write(z.object({ ...poolParameter, Remark: remark.optional() }), call => {
    const pool = cloudPoolOf(call.account, call.parameters.AddressPoolId);
    pool.Remark = call.parameters.Remark ?? '';
    return changed(call, pool);
  }),
  ReplaceCloudGtmAddressPoolAddress: write(
    z.object({ ...poolParameter, Addresses: json(members('AddressId', 1000)) }),
    call => {
      const { account, parameters } = call;
      const pool = cloudPoolOf(account, parameters.AddressPoolId);
      const list = readMembers(parameters.Addresses, 'AddressId', 'Addresses');
      quota(call, list.length, MOST_ADDRESSES, 'addresses in a pool');
      const endpoints = new Set<string>();
      for (const [i, { id }] of list.entries()) {
        const place = `Addresses.${i + 1}.AddressId`;
        const address = addressOf(account, id);
        if (address.Type !== pool.AddressPoolType)
          throw invalid(place, `the address is of type ${address.Type}, the pool of ${pool.AddressPoolType}`);
        const endpoint = canonicalAddress(address.Address);
        if (endpoints.has(endpoint)) throw invalid(place, `${endpoint} is in the pool already`);
        endpoints.add(endpoint);
        const users = poolsWith(account.cloud.pools, id).filter(one => one !== pool);
        quota(call, users.length + 1, ADDRESS_LIMITS.referencesPerAddress, 'references to an address');
      }
      pool.members = list;
      return changed(call, pool);
    },
  ),
  DeleteCloudGtmAddressPool: write(z.object(poolParameter), call => {
    const { account, parameters } = call;
    const pool = cloudPoolOf(account, parameters.AddressPoolId);
    const [user] = configsWith(call, pool);
    if (user)
      throw conflict(
        'CloudGtm.AddressPool.InUse',
        `The pool answers for ${user.ScheduleDomainName} (${user.ConfigId}).`,
      );
    delete account.cloud.pools[pool.AddressPoolId];
    return { AddressPoolId: pool.AddressPoolId, ...DONE };
  }),
  DescribeCloudGtmAddressPool: read(z.object(poolParameter), call =>
    poolDetails(call, cloudPoolOf(call.account, call.parameters.AddressPoolId)),
  ),
  DescribeCloudGtmAddressPoolReference: read(z.object(poolParameter), call => {
    const pool = cloudPoolOf(call.account, call.parameters.AddressPoolId);
    const { AddressPoolId, AddressPoolName } = pool;
    return { AddressPoolId, AddressPoolName, InstanceConfigs: { InstanceConfig: configsWith(call, pool) } };
  }),
  ListCloudGtmAddressPools: read(z.object(filters), call =>
    find(call, isSame, () => true, { lines: 'list' }),
  ),
  SearchCloudGtmAddressPools: read(z.object({ ...filters, ...statusFilters }), call =>
    find(call, isLike, pool => isAsWanted(poolStatus(call, pool), call.parameters), { lines: 'text' }),
  ),
};
