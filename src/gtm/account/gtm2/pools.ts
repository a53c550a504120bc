import * as z from 'zod';
import { canonicalAddress } from '../../../runtime/ip-address.ts';
import { LINES } from '../../catalogue.ts';
import {
  type Account,
  type AddressPool,
  type Instance,
  newText,
  type PoolAddress,
  timeText,
} from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import { conflict, invalid } from '../errors.ts';
import { checkedParameters, optional, pageOf, paging, text, textList, whole, word } from '../parameters.ts';
import { type AddressType, checkedAddress, quota } from '../values.ts';
import {
  instanceOf,
  instanceParameter,
  lineDetails,
  logged,
  memberKey,
  monitorOfPool,
  poolOf,
  poolsOf,
} from './common.ts';
import { check, makeMonitor } from './monitors.ts';

/* GTM 2.0: address pools and their health checks. */

const LIMITS = { pools: 20, addresses: { standard: 20, ultimate: 50 } } as const;

const addressType = word('IPV4', 'IPV6', 'DOMAIN');
const lbaStrategy = word('ALL_RR', 'RATIO');

const addresses = (attributes: z.ZodType<string | undefined>) =>
  z
    .array(
      z.object({
        Addr: text,
        Mode: word('SMART', 'ONLINE', 'OFFLINE'),
        AttributeInfo: attributes,
        LbaWeight: optional(whole(1, 100)),
        Remark: z.string().optional(),
      }),
    )
    .min(1);

function pooled(
  call: Call<unknown>,
  instance: Instance,
  type: AddressType,
  given: z.output<ReturnType<typeof addresses>>,
  before: readonly PoolAddress[] = [],
): PoolAddress[] {
  quota(call, given.length, LIMITS.addresses[instance.VersionCode], 'addresses in a pool');
  const known = new Map(before.map(one => [one.Addr, one]));
  const list = given.map((one, i): PoolAddress => {
    const Addr = checkedAddress(one.Addr, type, `Addr.${i + 1}.Addr`);
    const old = known.get(Addr);
    return {
      Addr,
      Mode: one.Mode,
      LbaWeight: one.LbaWeight ?? 1,
      AttributeInfo: checkedAttributes(
        one.AttributeInfo ?? old?.AttributeInfo ?? '{}',
        `Addr.${i + 1}.AttributeInfo`,
      ),
      Remark: one.Remark ?? '',
      created: old?.created ?? call.now,
      updated: call.now,
    };
  });
  const endpoints = list.map(one => canonicalAddress(one.Addr));
  const twice = endpoints.find((endpoint, i) => endpoints.indexOf(endpoint) !== i);
  if (twice !== undefined) throw invalid('Addr', `"${twice}" stands in it twice`);
  return list;
}

function checkedAttributes(json: string, parameter: string): string {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return json;
  } catch {
    // Told below.
  }
  throw invalid(parameter, 'it must be a JSON object as a text');
}

/** Several names at one name are illegal (RFC 1034 §3.6.2): a pool of domains answers one of them by weight. */
function checkedStrategy(
  strategy: 'ALL_RR' | 'RATIO',
  type: AddressType,
  list: readonly PoolAddress[],
): void {
  if (type === 'DOMAIN' && list.length > 1 && strategy !== 'RATIO')
    throw invalid('LbaStrategy', 'a pool of several domains must be RATIO');
}

function loggedPool(
  call: Call<unknown>,
  pool: AddressPool,
  OperAction: 'add' | 'update' | 'delete',
  Content: string,
): void {
  const { InstanceId, AddrPoolId: EntityId, Name: EntityName } = pool;
  logged(call, { InstanceId, EntityType: 'POOL', EntityId, EntityName, OperAction, Content });
}

function poolDetails(account: Account, pool: AddressPool) {
  const monitor = monitorOfPool(account, pool.AddrPoolId);
  return {
    AddrPoolId: pool.AddrPoolId,
    Name: pool.Name,
    Type: pool.Type,
    LbaStrategy: pool.LbaStrategy,
    AddrCount: pool.Addr.length,
    MonitorStatus: monitor?.status ?? 'UNCONFIGURED',
    ...(monitor && { MonitorConfigId: monitor.MonitorConfigId }),
    CreateTime: timeText(pool.created),
    CreateTimestamp: pool.created,
    UpdateTime: timeText(pool.updated),
    UpdateTimestamp: pool.updated,
  };
}

function checkUniqueName(account: Account, instance: string, name: string, own?: AddressPool): void {
  if (poolsOf(account, instance).some(pool => pool !== own && pool.Name === name))
    throw conflict('DnsGtmAddrPool.Duplicate', `The instance has an address pool "${name}" already.`);
}

export const poolActions: Actions = {
  AddDnsGtmAddressPool: write(
    z.object({
      ...instanceParameter,
      Name: text.max(64),
      Type: addressType,
      LbaStrategy: lbaStrategy,
      Addr: addresses(text),
      MonitorStatus: optional(word('OPEN', 'CLOSE')),
      // Read when they are wanted.
      ProtocolType: z.unknown().optional(),
      Interval: z.unknown().optional(),
      Timeout: z.unknown().optional(),
      EvaluationCount: z.unknown().optional(),
      MonitorExtendInfo: z.unknown().optional(),
      IspCityNode: z.unknown().optional(),
    }),
    call => {
      const { account, parameters, now } = call;
      const instance = instanceOf(account, parameters.InstanceId);
      const { Name, Type, LbaStrategy, MonitorStatus = 'CLOSE' } = parameters;
      checkUniqueName(account, instance.InstanceId, Name);
      quota(
        call,
        poolsOf(account, instance.InstanceId).length + 1,
        LIMITS.pools,
        'address pools in an instance',
      );
      const Addr = pooled(call, instance, Type, parameters.Addr);
      checkedStrategy(LbaStrategy, Type, Addr);
      const AddrPoolId = newText(account, 6);
      const { InstanceId } = instance;
      const pool = { AddrPoolId, InstanceId, Name, Type, LbaStrategy, Addr, created: now, updated: now };
      account.pools[AddrPoolId] = pool;
      loggedPool(call, pool, 'add', Addr.map(one => one.Addr).join(', '));
      // What is not wanted is not looked at.
      if (MonitorStatus !== 'OPEN') return { AddrPoolId };
      const monitor = makeMonitor(call, pool, checkedParameters(z.object(check), parameters));
      account.monitors[monitor.MonitorConfigId] = monitor;
      return { AddrPoolId, MonitorConfigId: monitor.MonitorConfigId };
    },
  ),
  UpdateDnsGtmAddressPool: write(
    z.object({
      AddrPoolId: text,
      Name: optional(z.string().max(64)),
      LbaStrategy: lbaStrategy,
      Addr: addresses(z.string().optional()),
    }),
    call => {
      const { account, parameters } = call;
      const pool = poolOf(account, parameters.AddrPoolId);
      const { Name = pool.Name, LbaStrategy } = parameters;
      checkUniqueName(account, pool.InstanceId, Name, pool);
      const instance = instanceOf(account, pool.InstanceId);
      const Addr = pooled(call, instance, pool.Type, parameters.Addr, pool.Addr);
      checkedStrategy(LbaStrategy, pool.Type, Addr);
      Object.assign(pool, { Name, LbaStrategy, Addr, updated: call.now });
      loggedPool(call, pool, 'update', Addr.map(one => `${one.Addr} ${one.Mode}`).join(', '));
      return {};
    },
  ),
  DeleteDnsGtmAddressPool: write(z.object({ AddrPoolId: text }), call => {
    const { account, parameters } = call;
    const pool = poolOf(account, parameters.AddrPoolId);
    const user = Object.values(account.strategies).find(({ primary, backup }) =>
      [...primary.pools, ...(backup?.pools ?? [])].some(one => one.Id === pool.AddrPoolId),
    );
    if (user)
      throw conflict(
        'DnsGtmAddrPool.InUse',
        `The address pool "${pool.Name}" is in use by the access strategy "${user.StrategyName}".`,
      );
    delete account.pools[pool.AddrPoolId];
    const monitor = monitorOfPool(account, pool.AddrPoolId);
    if (monitor) delete account.monitors[monitor.MonitorConfigId];
    loggedPool(call, pool, 'delete', pool.Name);
    return {};
  }),
  DescribeDnsGtmInstanceAddressPools: read(
    z.object({ ...instanceParameter, ...paging }),
    ({ account, parameters }) => {
      const { InstanceId } = instanceOf(account, parameters.InstanceId);
      const { items, ...page } = pageOf(poolsOf(account, InstanceId), parameters);
      return { ...page, AddrPools: { AddrPool: items.map(pool => poolDetails(account, pool)) } };
    },
  ),
  DescribeDnsGtmInstanceAddressPool: read(z.object({ AddrPoolId: text }), ({ account, parameters, view }) => {
    const pool = poolOf(account, parameters.AddrPoolId);
    const Addr = pool.Addr.map(({ created, updated, ...one }) => ({
      ...one,
      AlertStatus: view.status(memberKey(pool.AddrPoolId, one.Addr)) === 'ALERT' ? 'ALERT' : 'OK',
      CreateTime: timeText(created),
      CreateTimestamp: created,
      UpdateTime: timeText(updated),
      UpdateTimestamp: updated,
    }));
    return { ...poolDetails(account, pool), Addrs: { Addr } };
  }),
  DescribeDnsGtmAddressPoolAvailableConfig: read(z.object(instanceParameter), ({ account, parameters }) => {
    instanceOf(account, parameters.InstanceId);
    return { AttributeInfos: { AttributeInfo: LINES.map(line => lineDetails(line.code)) } };
  }),
  DescribeDnsGtmAddrAttributeInfo: read(
    z.object({ Addrs: textList, Type: addressType }),
    ({ parameters }) => ({
      // The emulator knows no place of any address.
      Addr: {
        Addr: parameters.Addrs.map((Addr, i) => ({
          Addr: checkedAddress(Addr, parameters.Type, `Addrs.${i + 1}`),
          AttributeInfo: lineDetails('default'),
        })),
      },
    }),
  ),
};
