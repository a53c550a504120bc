import type { AccessMode, AddressMode, LbaStrategy } from '../model.ts';
import type { CloudAccount } from './cloud.ts';
import { type AddressType, type Edition, type IspCityNode, TTL_SECONDS } from './values.ts';

/*
 * What an Alibaba Cloud account has of GTM, as plain data that JSON keeps: 2.0's objects here, 3.0's in cloud.ts. The two
 * do not see each other's. Fields have the API's names; times are milliseconds since 1970. Accounts are made by
 * `emptyAccount` and `copyOf` alone.
 */

export interface Account {
  /** Numbers what is made: ids follow from it, so that the same calls give the same ids. */
  sequence: number;
  instances: Record<string, Instance>;
  pools: Record<string, AddressPool>;
  monitors: Record<string, MonitorConfig>;
  strategies: Record<string, AccessStrategy>;
  /** What was changed by whom, oldest first. */
  operations: Operation[];
  /** What became of health, oldest first. */
  alerts: Alert[];
  cloud: CloudAccount;
  /** Names of CloudMonitor's contact groups. */
  alertGroups: string[];
}

export type StrategyMode = 'GEO' | 'LATENCY';
export type Toggle = 'OPEN' | 'CLOSE';

export interface Instance {
  InstanceId: string;
  VersionCode: Edition;
  created: number;
  expires: number;
  TaskQuota: number;
  SmsQuota: number;
  ResourceGroupId: string;
  Config: {
    /** Empty until it is configured first. */
    InstanceName: string;
    PublicCnameMode: 'CUSTOM' | 'SYSTEM_ASSIGN';
    PublicRr: string;
    PublicZoneName: string;
    PublicUserDomainName: string;
    /** Seconds. */
    Ttl: number;
    StrategyMode: StrategyMode;
    AlertGroup: string[];
    AlertConfig: AlertConfig[];
  };
}

export interface AlertConfig {
  NoticeType: string;
  SmsNotice: boolean;
  EmailNotice: boolean;
  DingtalkNotice: boolean;
}

export interface AddressPool {
  AddrPoolId: string;
  InstanceId: string;
  Name: string;
  Type: AddressType;
  LbaStrategy: LbaStrategy;
  Addr: PoolAddress[];
  created: number;
  updated: number;
}

export interface PoolAddress {
  Addr: string;
  Mode: AddressMode;
  LbaWeight: number;
  AttributeInfo: string;
  Remark: string;
  created: number;
  updated: number;
}

export type ProtocolType = 'HTTP' | 'HTTPS' | 'PING' | 'TCP';

export interface MonitorConfig {
  MonitorConfigId: string;
  AddrPoolId: string;
  status: Toggle;
  ProtocolType: ProtocolType;
  /** Seconds. */
  Interval: number;
  /** Milliseconds. */
  Timeout: number;
  EvaluationCount: number;
  IspCityNode: IspCityNode[];
  /** As the client wrote it. */
  MonitorExtendInfo: string;
  created: number;
  updated: number;
}

export interface PoolReference {
  Id: string;
  /** Absent: none was given, which weighs 1. */
  LbaWeight?: number;
}

export interface StrategySet {
  type: AddressType;
  pools: PoolReference[];
  lbaStrategy: LbaStrategy;
  minimum: number;
  /** Of LATENCY. */
  mostReturned: number;
  latencyOptimization: Toggle;
}

export interface AccessStrategy {
  StrategyId: string;
  InstanceId: string;
  StrategyMode: StrategyMode;
  StrategyName: string;
  Lines: string[];
  primary: StrategySet;
  /** Absent: `EMPTY`. */
  backup?: StrategySet;
  AccessMode: AccessMode;
  created: number;
}

/** Rows of operations, and of alerts, that are kept; older ones are forgotten. */
export const MOST_ROWS = 10_000;

/** A row of DescribeDnsGtmLogs. */
export interface Operation {
  Id: number;
  at: number;
  InstanceId: string;
  EntityType: 'INSTANCE' | 'POOL' | 'MONITOR' | 'STRATEGY' | 'ALERT';
  EntityId: string;
  EntityName: string;
  OperAction: 'add' | 'update' | 'delete' | 'alert' | 'resume' | 'switch';
  Content: string;
}

/** A row of ListCloudGtmAlertLogs; 2.0 shows the same only in its console. */
export interface Alert {
  at: number;
  generation: '2.0' | '3.0';
  ActionType: 'ALERT' | 'RESUME' | 'SWITCH';
  EntityType: 'GTM_ADDRESS' | 'GTM_ADDRESS_POOL' | 'GTM_INSTANCE' | 'GTM_MONITOR_TEMPLATE';
  /** 2.0: the instance; 3.0: the object itself. */
  entity: string;
  Content: string;
}

/** As it is when it was bought: not configured yet. */
export function newInstance(
  bought: Pick<Instance, 'InstanceId' | 'VersionCode' | 'created' | 'expires' | 'TaskQuota' | 'SmsQuota'>,
): Instance {
  return {
    ...bought,
    ResourceGroupId: '',
    Config: {
      InstanceName: '',
      PublicCnameMode: 'CUSTOM',
      PublicRr: '',
      PublicZoneName: '',
      PublicUserDomainName: '',
      Ttl: TTL_SECONDS.standard,
      StrategyMode: 'GEO',
      AlertGroup: [],
      AlertConfig: [],
    },
  };
}

export function emptyAccount(): Account {
  return copyOf({
    sequence: 0,
    instances: {},
    pools: {},
    monitors: {},
    strategies: {},
    operations: [],
    alerts: [],
    alertGroups: ['default'],
    cloud: {
      instances: {},
      configs: {},
      pools: {},
      addresses: {},
      templates: {},
      globalAlert: { AlertConfig: [], AlertGroup: [] },
      tokens: {},
    },
  });
}

/**
 * A deep copy whose tables inherit nothing: clients choose the ids that are looked up there, and `constructor` or
 * `__proto__` must be found no more than any other that nobody has.
 */
export function copyOf(account: Account): Account {
  const copy = structuredClone(account);
  for (const part of [...Object.values(copy), ...Object.values(copy.cloud)])
    if (typeof part === 'object' && !Array.isArray(part)) Object.setPrototypeOf(part, null);
  return copy;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A new id's random-looking part: `length` letters and digits. */
export function newText(account: Account, length: number): string {
  const digits = mixed(account);
  return Array.from(
    { length },
    (_, i) => ALPHABET[Number((digits >> BigInt(5 * i)) % BigInt(ALPHABET.length))],
  ).join('');
}

/** The same of 18 digits. */
export function newDigits(account: Account): string {
  return String(10n ** 17n + (mixed(account) % (9n * 10n ** 17n)));
}

/** 120 bits that are another number for each sequence number: multiplication by an odd number is one to one. */
function mixed(account: Account): bigint {
  account.sequence += 1;
  const product = BigInt(account.sequence) * 0x9e3779b97f4a7c15f39cc0605cedc9n;
  return product & ((1n << 120n) - 1n);
}

/** As the API writes times: `2026-11-24T15:59Z`. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
}
