import * as z from 'zod';
import type { Account } from './account.ts';

/* What account.ts and cloud.ts say of an account, for one that comes from a file; references and ranges are not looked at. */

const text = z.string();
const count = z.number();
/** Milliseconds since 1970. */
const time = z.number();
const byId = <S extends z.ZodType>(schema: S) => z.record(z.string(), schema);

const edition = z.enum(['standard', 'ultimate']);
const addressType = z.enum(['IPV4', 'IPV6', 'DOMAIN']);
const lbaStrategy = z.enum(['ALL_RR', 'RATIO']);
const toggle = z.enum(['OPEN', 'CLOSE']);
const node = z.object({ CityCode: text, IspCode: text });
const notice = {
  NoticeType: text,
  SmsNotice: z.boolean(),
  EmailNotice: z.boolean(),
  DingtalkNotice: z.boolean(),
};

const instance = z.object({
  InstanceId: text,
  VersionCode: edition,
  created: time,
  expires: time,
  TaskQuota: count,
  SmsQuota: count,
  ResourceGroupId: text,
  Config: z.object({
    InstanceName: text,
    PublicCnameMode: z.enum(['CUSTOM', 'SYSTEM_ASSIGN']),
    PublicRr: text,
    PublicZoneName: text,
    PublicUserDomainName: text,
    Ttl: count,
    StrategyMode: z.enum(['GEO', 'LATENCY']),
    AlertGroup: z.array(text),
    AlertConfig: z.array(z.object(notice)),
  }),
});

const pool = z.object({
  AddrPoolId: text,
  InstanceId: text,
  Name: text,
  Type: addressType,
  LbaStrategy: lbaStrategy,
  Addr: z.array(
    z.object({
      Addr: text,
      Mode: z.enum(['SMART', 'ONLINE', 'OFFLINE']),
      LbaWeight: count,
      AttributeInfo: text,
      Remark: text,
      created: time,
      updated: time,
    }),
  ),
  created: time,
  updated: time,
});

const monitor = z.object({
  MonitorConfigId: text,
  AddrPoolId: text,
  status: toggle,
  ProtocolType: z.enum(['HTTP', 'HTTPS', 'PING', 'TCP']),
  Interval: count,
  Timeout: count,
  EvaluationCount: count,
  IspCityNode: z.array(node),
  MonitorExtendInfo: text,
  created: time,
  updated: time,
});

const strategySet = z.object({
  type: addressType,
  pools: z.array(z.object({ Id: text, LbaWeight: z.exactOptional(count) })),
  lbaStrategy,
  minimum: count,
  mostReturned: count,
  latencyOptimization: toggle,
});

const strategy = z.object({
  StrategyId: text,
  InstanceId: text,
  StrategyMode: z.enum(['GEO', 'LATENCY']),
  StrategyName: text,
  Lines: z.array(text),
  primary: strategySet,
  backup: z.exactOptional(strategySet),
  AccessMode: z.enum(['AUTO', 'DEFAULT', 'FAILOVER']),
  created: time,
});

const operation = z.object({
  Id: count,
  at: time,
  InstanceId: text,
  EntityType: z.enum(['INSTANCE', 'POOL', 'MONITOR', 'STRATEGY', 'ALERT']),
  EntityId: text,
  EntityName: text,
  OperAction: z.enum(['add', 'update', 'delete', 'alert', 'resume', 'switch']),
  Content: text,
});

const alert = z.object({
  at: time,
  generation: z.enum(['2.0', '3.0']),
  ActionType: z.enum(['ALERT', 'RESUME', 'SWITCH']),
  EntityType: z.enum(['GTM_ADDRESS', 'GTM_ADDRESS_POOL', 'GTM_INSTANCE', 'GTM_MONITOR_TEMPLATE']),
  entity: text,
  Content: text,
});

const onOff = z.enum(['enable', 'disable']);
const cloudType = z.enum(['IPv4', 'IPv6', 'domain']);
const cloudStrategy = z.enum(['round_robin', 'sequence', 'weight', 'source_nearest']);
const judgement = z.enum(['any_ok', 'p30_ok', 'p50_ok', 'p70_ok', 'all_ok']);
const members = z.array(
  z.object({ id: text, SerialNumber: count, WeightValue: count, RequestSource: z.array(text) }),
);
const alertSettings = z.object({
  AlertConfig: z.array(
    z.object({ ...notice, QpsThreshold: z.exactOptional(count), Threshold: z.exactOptional(count) }),
  ),
  AlertGroup: z.array(text),
});

const cloudInstance = z.object({
  InstanceId: text,
  InstanceName: text,
  VersionCode: edition,
  ChargeType: z.enum(['prepay', 'postpay']),
  created: time,
  updated: time,
  expires: time,
});

const config = z.object({
  ConfigId: text,
  InstanceId: text,
  ScheduleZoneMode: z.literal('custom'),
  ScheduleZoneName: text,
  ScheduleHostname: text,
  ScheduleRrType: z.enum(['A', 'AAAA', 'CNAME']),
  Ttl: count,
  EnableStatus: onOff,
  AddressPoolLbStrategy: cloudStrategy,
  SequenceLbStrategyMode: text,
  Remark: text,
  members,
  logging: onOff,
  AlertMode: z.enum(['global', 'instance_config']),
  alert: alertSettings,
  created: time,
  updated: time,
});

const cloudPool = z.object({
  AddressPoolId: text,
  AddressPoolName: text,
  AddressPoolType: cloudType,
  EnableStatus: onOff,
  HealthJudgement: judgement,
  AddressLbStrategy: cloudStrategy,
  SequenceLbStrategyMode: text,
  Remark: text,
  members,
  created: time,
  updated: time,
});

const address = z.object({
  AddressId: text,
  Name: text,
  Address: text,
  Type: cloudType,
  EnableStatus: onOff,
  AvailableMode: z.enum(['auto', 'manual']),
  ManualAvailableStatus: z.exactOptional(z.enum(['available', 'unavailable'])),
  HealthJudgement: judgement,
  HealthTasks: z.array(z.object({ TemplateId: text, Port: count })),
  AttributeInfo: text,
  Remark: text,
  created: time,
  updated: time,
});

const template = z.object({
  TemplateId: text,
  Name: text,
  Protocol: z.enum(['ping', 'tcp', 'http', 'https']),
  IpVersion: z.enum(['IPv4', 'IPv6']),
  Interval: count,
  Timeout: count,
  EvaluationCount: count,
  FailureRate: count,
  IspCityNodes: z.array(node),
  ExtendInfo: text,
  Remark: text,
  created: time,
  updated: time,
});

/** Of an answer, whatever is in it. */
const body: z.ZodType<object, object> = z.looseObject({});

export const accountSchema = z.object({
  sequence: z.int().nonnegative(),
  instances: byId(instance),
  pools: byId(pool),
  monitors: byId(monitor),
  strategies: byId(strategy),
  operations: z.array(operation),
  alerts: z.array(alert),
  alertGroups: z.array(text),
  cloud: z.object({
    instances: byId(cloudInstance),
    configs: byId(config),
    pools: byId(cloudPool),
    addresses: byId(address),
    templates: byId(template),
    globalAlert: alertSettings,
    tokens: byId(body),
  }),
}) satisfies z.ZodType<Account>;
