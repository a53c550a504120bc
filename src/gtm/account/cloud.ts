import type { CloudJudgement, CloudStrategy } from '../cloud-model.ts';
import type { RecordType } from '../model.ts';
import type { Edition, IspCityNode } from './values.ts';

/** GTM 3.0's objects. Pools, addresses and templates belong to the account; configs refer to them. */
export interface CloudAccount {
  instances: Record<string, CloudInstance>;
  configs: Record<string, InstanceConfig>;
  pools: Record<string, CloudPool>;
  addresses: Record<string, CloudAddress>;
  templates: Record<string, MonitorTemplate>;
  globalAlert: AlertSettings;
  /** Bodies of calls by action and ClientToken. */
  tokens: Record<string, object>;
}

export type OnOff = 'enable' | 'disable';
export type CloudType = 'IPv4' | 'IPv6' | 'domain';
export type ChargeType = 'prepay' | 'postpay';

export interface AlertSettings {
  AlertConfig: CloudAlertConfig[];
  AlertGroup: string[];
}

export interface CloudAlertConfig {
  NoticeType: string;
  SmsNotice: boolean;
  EmailNotice: boolean;
  DingtalkNotice: boolean;
  QpsThreshold?: number;
  Threshold?: number;
}

export interface CloudInstance {
  InstanceId: string;
  InstanceName: string;
  VersionCode: Edition;
  ChargeType: ChargeType;
  created: number;
  updated: number;
  expires: number;
}

/** A reference in an order, with a weight, for the clients of some lines (all, if there are none). */
export interface Member {
  id: string;
  SerialNumber: number;
  WeightValue: number;
  RequestSource: string[];
}

export interface InstanceConfig {
  ConfigId: string;
  InstanceId: string;
  ScheduleZoneMode: 'custom';
  ScheduleZoneName: string;
  ScheduleHostname: string;
  ScheduleRrType: RecordType;
  /** Seconds. */
  Ttl: number;
  EnableStatus: OnOff;
  AddressPoolLbStrategy: CloudStrategy;
  /** As the client spelt it. */
  SequenceLbStrategyMode: string;
  Remark: string;
  members: Member[];
  logging: OnOff;
  AlertMode: 'global' | 'instance_config';
  alert: AlertSettings;
  created: number;
  updated: number;
}

export interface CloudPool {
  AddressPoolId: string;
  AddressPoolName: string;
  AddressPoolType: CloudType;
  EnableStatus: OnOff;
  HealthJudgement: CloudJudgement;
  AddressLbStrategy: CloudStrategy;
  SequenceLbStrategyMode: string;
  Remark: string;
  members: Member[];
  created: number;
  updated: number;
}

export interface HealthTask {
  TemplateId: string;
  /** 0: the protocol's own. */
  Port: number;
}

export interface CloudAddress {
  AddressId: string;
  Name: string;
  Address: string;
  Type: CloudType;
  EnableStatus: OnOff;
  AvailableMode: 'auto' | 'manual';
  /** Absent until it is given. */
  ManualAvailableStatus?: 'available' | 'unavailable';
  HealthJudgement: CloudJudgement;
  HealthTasks: HealthTask[];
  AttributeInfo: string;
  Remark: string;
  created: number;
  updated: number;
}

export interface MonitorTemplate {
  TemplateId: string;
  Name: string;
  Protocol: 'ping' | 'tcp' | 'http' | 'https';
  IpVersion: 'IPv4' | 'IPv6';
  /** Seconds. */
  Interval: number;
  /** Milliseconds. */
  Timeout: number;
  EvaluationCount: number;
  FailureRate: number;
  IspCityNodes: IspCityNode[];
  /** As the client wrote it. */
  ExtendInfo: string;
  Remark: string;
  created: number;
  updated: number;
}

/** The full name that a config answers for. */
export function domainOf({ ScheduleHostname, ScheduleZoneName }: InstanceConfig): string {
  const host = ScheduleHostname === '@' || ScheduleHostname === '' ? '' : `${ScheduleHostname}.`;
  return `${host}${ScheduleZoneName}`.toLowerCase();
}

/** Where a task's results are kept. */
export function taskKey(address: string, { TemplateId, Port }: HealthTask): string {
  return `${address}/${TemplateId}/${Port}`;
}

/** `non_preemptive` in the SDK's documentation, `nonPreemptive` in Terraform's provider. */
export function isPreemptive(mode: string): boolean {
  return !/^non_?preemptive$/i.test(mode);
}
