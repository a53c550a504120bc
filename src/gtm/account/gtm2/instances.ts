import * as z from 'zod';
import { NODES } from '../../catalogue.ts';
import { type Account, type Instance, timeText } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import { conflict, invalid } from '../errors.ts';
import { given, optional, pageOf, paging, text, textList, truth, whole, word } from '../parameters.ts';
import { domain, isDomain, TTL_SECONDS } from '../values.ts';
import {
  instanceOf,
  instanceParameter,
  isAvailable,
  logged,
  monitorOfPool,
  poolsOf,
  standingOf,
} from './common.ts';

/* GTM 2.0: instances, their settings, their log. */

const alertConfig = z.array(
  z.object({
    NoticeType: word(
      'ADDR_ALERT',
      'ADDR_RESUME',
      'ADDR_POOL_GROUP_UNAVAILABLE',
      'ADDR_POOL_GROUP_AVAILABLE',
      'ACCESS_STRATEGY_POOL_GROUP_SWITCH',
      'MONITOR_NODE_IP_CHANGE',
    ),
    SmsNotice: optional(truth),
    EmailNotice: optional(truth),
    DingtalkNotice: optional(truth),
  }),
);

function updateGlobalConfig(
  call: Call<{
    InstanceId: string;
    InstanceName?: string | undefined;
    PublicCnameMode?: 'CUSTOM' | 'SYSTEM_ASSIGN' | undefined;
    PublicRr?: string | undefined;
    PublicZoneName?: string | undefined;
    PublicUserDomainName?: string | undefined;
    Ttl?: number | undefined;
    AlertGroup?: string[] | undefined;
    AlertConfig?: z.output<typeof alertConfig> | undefined;
    ForceUpdate?: boolean | undefined;
  }>,
): object {
  const { account, parameters } = call;
  const { InstanceId, ForceUpdate, AlertConfig, ...fields } = parameters;
  const instance = instanceOf(account, InstanceId);
  const { Ttl, PublicCnameMode } = fields;
  if (instance.Config.InstanceName === '' && fields.InstanceName === undefined)
    throw invalid('InstanceName', 'an instance that is configured first needs one');
  if (PublicCnameMode === 'SYSTEM_ASSIGN')
    throw invalid('PublicCnameMode', 'SYSTEM_ASSIGN is not offered any more; it must be CUSTOM');
  if (Ttl !== undefined && Ttl < TTL_SECONDS.standard && instance.VersionCode !== 'ultimate')
    throw invalid('Ttl', `below ${TTL_SECONDS.standard} seconds it needs the ultimate edition`);
  Object.assign(instance.Config, given(fields));
  if (AlertConfig)
    instance.Config.AlertConfig = AlertConfig.map(one => ({
      NoticeType: one.NoticeType,
      SmsNotice: one.SmsNotice ?? false,
      EmailNotice: one.EmailNotice ?? false,
      DingtalkNotice: one.DingtalkNotice ?? false,
    }));
  if (!ForceUpdate) refuseSharedName(account, instance);
  logged(call, {
    InstanceId,
    EntityType: 'INSTANCE',
    EntityId: InstanceId,
    EntityName: instance.Config.InstanceName,
    OperAction: 'update',
    Content: JSON.stringify(given(fields)),
  });
  return {};
}

/** Two instances cannot answer for one name. */
function refuseSharedName(account: Account, instance: Instance): void {
  const name = accessDomain(instance);
  const other = Object.values(account.instances).find(
    one => one.InstanceId !== instance.InstanceId && name !== undefined && accessDomain(one) === name,
  );
  if (other)
    throw conflict(
      'DnsGtmCname.Conflict',
      `The access domain ${name} belongs to ${other.InstanceId} already.`,
    );
}

/** What the instance answers for, once that is configured. */
export function accessDomain({ Config: { PublicRr, PublicZoneName } }: Instance): string | undefined {
  if (PublicZoneName === '') return undefined;
  return PublicRr === '' || PublicRr === '@' ? PublicZoneName : `${PublicRr}.${PublicZoneName}`.toLowerCase();
}

function details({ account }: { account: Account }, instance: Instance) {
  const { InstanceId, VersionCode, created, expires, TaskQuota, SmsQuota, ResourceGroupId } = instance;
  const tasks = poolsOf(account, InstanceId).reduce((sum, pool) => {
    const monitor = monitorOfPool(account, pool.AddrPoolId);
    return sum + (monitor?.status === 'OPEN' ? pool.Addr.length : 0);
  }, 0);
  return {
    InstanceId,
    VersionCode,
    CreateTime: timeText(created),
    CreateTimestamp: created,
    ExpireTime: timeText(expires),
    ExpireTimestamp: expires,
    PaymentType: 'Subscription',
    ResourceGroupId,
    TaskQuota,
    SmsQuota,
    UsedQuota: { TaskUsedCount: tasks, SmsUsedCount: 0, EmailUsedCount: 0, DingtalkUsedCount: 0 },
  };
}

function settings({ Config }: Instance) {
  const { AlertGroup, AlertConfig, PublicZoneName, ...rest } = Config;
  return { ...rest, CnameType: 'PUBLIC', AlertGroup: JSON.stringify(AlertGroup) };
}

function status({ account, parameters, view }: Call<{ InstanceId: string }>): object {
  const { InstanceId } = instanceOf(account, parameters.InstanceId);
  const addresses = poolsOf(account, InstanceId).flatMap(pool =>
    pool.Addr.map(address => isAvailable(account, view, pool, address)),
  );
  const strategies = Object.values(account.strategies).filter(one => one.InstanceId === InstanceId);
  const sets = strategies.map(strategy => {
    const seen = standingOf(account, view, strategy);
    const isUp = {
      DEFAULT: seen.available.DEFAULT >= strategy.primary.minimum,
      FAILOVER: strategy.backup === undefined || seen.available.FAILOVER >= strategy.backup.minimum,
    };
    return { isUp, set: seen.set };
  });
  return {
    AddrAvailableNum: addresses.filter(Boolean).length,
    AddrNotAvailableNum: addresses.filter(one => !one).length,
    AddrPoolGroupNotAvailableNum: sets.reduce(
      (sum, { isUp }) => sum + (isUp.DEFAULT ? 0 : 1) + (isUp.FAILOVER ? 0 : 1),
      0,
    ),
    StrategyNotAvailableNum: sets.filter(({ isUp, set }) => !isUp[set]).length,
    SwitchToFailoverStrategyNum: sets.filter(({ set }) => set === 'FAILOVER').length,
  };
}

const availableNode = (node: (typeof NODES)[number]) => ({
  CityCode: node.cityCode,
  CityName: node.city,
  IspCode: node.ispCode,
  IspName: node.isp,
  GroupType: node.group,
  GroupName: `${node.group} Nodes`,
  DefaultSelected: node.group === 'BGP',
});

export const instanceActions: Actions = {
  DescribeDnsGtmInstances: read(
    z.object({ ...paging, Keyword: optional(text), ResourceGroupId: optional(text) }),
    ({ account, parameters }) => {
      const { Keyword = '', ResourceGroupId } = parameters;
      const found = Object.values(account.instances).filter(
        ({ InstanceId, Config, ResourceGroupId: group }) =>
          [InstanceId, Config.InstanceName, Config.PublicUserDomainName].some(one =>
            one.toLowerCase().includes(Keyword.toLowerCase()),
          ) &&
          (ResourceGroupId === undefined || ResourceGroupId === group),
      );
      const { items, ...page } = pageOf(found, parameters);
      return {
        ...page,
        GtmInstances: items.map(instance => ({
          ...details({ account }, instance),
          Config: {
            ...settings(instance),
            PublicZoneName: instance.Config.PublicZoneName,
            AlertConfig: instance.Config.AlertConfig,
          },
        })),
      };
    },
  ),
  DescribeDnsGtmInstance: read(z.object(instanceParameter), ({ account, parameters }) => {
    const instance = instanceOf(account, parameters.InstanceId);
    const { PublicZoneName, AlertConfig } = instance.Config;
    return {
      ...details({ account }, instance),
      // Misspelt on the wire, and read so by clients.
      Config: { ...settings(instance), PubicZoneName: PublicZoneName, AlertConfig: { AlertConfig } },
    };
  }),
  DescribeDnsGtmInstanceStatus: read(z.object(instanceParameter), status),
  DescribeDnsGtmInstanceSystemCname: read(z.object(instanceParameter), ({ account, parameters }) => ({
    SystemCname: `${instanceOf(account, parameters.InstanceId).InstanceId}.gtm-a1b2.com`,
  })),
  UpdateDnsGtmInstanceGlobalConfig: write(
    z.object({
      ...instanceParameter,
      InstanceName: optional(z.string().max(64)),
      CnameType: optional(word('PUBLIC')),
      PublicCnameMode: optional(word('CUSTOM', 'SYSTEM_ASSIGN')),
      PublicRr: optional(
        z.string().refine(rr => rr === '@' || isDomain(`${rr}.x`), 'it must be a host name'),
      ),
      PublicZoneName: optional(domain),
      PublicUserDomainName: optional(domain),
      Ttl: optional(whole(TTL_SECONDS.least, TTL_SECONDS.most)),
      AlertGroup: optional(textList),
      AlertConfig: optional(alertConfig),
      ForceUpdate: optional(truth),
    }),
    updateGlobalConfig,
  ),
  SwitchDnsGtmInstanceStrategyMode: write(
    z.object({ ...instanceParameter, StrategyMode: word('GEO', 'LATENCY') }),
    call => {
      const { account, parameters } = call;
      const instance = instanceOf(account, parameters.InstanceId);
      if (parameters.StrategyMode === 'LATENCY' && instance.VersionCode !== 'ultimate')
        throw invalid('StrategyMode', 'LATENCY needs the ultimate edition');
      instance.Config.StrategyMode = parameters.StrategyMode;
      logged(call, {
        InstanceId: instance.InstanceId,
        EntityType: 'INSTANCE',
        EntityId: instance.InstanceId,
        EntityName: instance.Config.InstanceName,
        OperAction: 'update',
        Content: `strategy mode ${parameters.StrategyMode}`,
      });
      return {};
    },
  ),
  ValidateDnsGtmCnameRrCanUse: read(
    z.object({
      ...instanceParameter,
      CnameMode: word('CUSTOM', 'SYSTEM_ASSIGN'),
      CnameRr: text,
      CnameType: word('PUBLIC'),
      CnameZone: domain,
    }),
    ({ account, parameters }) => {
      const instance = instanceOf(account, parameters.InstanceId);
      const { CnameRr, CnameZone } = parameters;
      if (CnameRr !== '@' && !isDomain(`${CnameRr}.${CnameZone}`))
        throw invalid('CnameRr', 'it must be a host name');
      const Config = { ...instance.Config, PublicRr: CnameRr, PublicZoneName: CnameZone };
      refuseSharedName(account, { ...instance, Config });
      return {};
    },
  ),
  DescribeDnsGtmLogs: read(
    z.object({
      ...instanceParameter,
      ...paging,
      Keyword: optional(text),
      StartTimestamp: optional(whole()),
      EndTimestamp: optional(whole()),
    }),
    ({ account, parameters }) => {
      const { InstanceId } = instanceOf(account, parameters.InstanceId);
      const { Keyword = '', StartTimestamp = 0, EndTimestamp = Number.MAX_SAFE_INTEGER } = parameters;
      const rows = account.operations.filter(
        row =>
          row.InstanceId === InstanceId &&
          row.at >= StartTimestamp &&
          row.at <= EndTimestamp &&
          `${row.EntityId} ${row.EntityName} ${row.Content}`.toLowerCase().includes(Keyword.toLowerCase()),
      );
      const { items, ...page } = pageOf(rows.reverse(), parameters);
      const Log = items.map(({ at, InstanceId: _, ...row }) => ({
        ...row,
        OperTime: timeText(at),
        OperTimestamp: at,
      }));
      return { ...page, Logs: { Log } };
    },
  ),
  DescribeDnsGtmAvailableAlertGroup: read(z.object({}), ({ account }) => ({
    AvailableAlertGroup: JSON.stringify(account.alertGroups),
  })),
  DescribeDnsGtmMonitorAvailableConfig: read(z.object({}), () => {
    const nodes = NODES.map(node => ({ ...availableNode(node), Ips: { Ip: [] } }));
    return {
      Ipv4IspCityNodes: { Ipv4IspCityNode: nodes },
      Ipv6IspCityNodes: { Ipv6IspCityNode: nodes },
      DomainIpv4IspCityNodes: { DomainIpv4IspCityNode: nodes },
      DomainIpv6IspCityNodes: {
        DomainIpv6IspCityNode: NODES.map(node => ({ ...availableNode(node), Ips: { ip: [] } })),
      },
    };
  }),
};
