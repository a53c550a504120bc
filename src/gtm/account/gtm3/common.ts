import * as z from 'zod';
import { isLine } from '../../catalogue.ts';
import {
  addressHealth,
  configHealth,
  isAddressAvailable,
  isPoolAvailable,
  poolHealth,
} from '../../cloud-health.ts';
import type { CloudStrategy } from '../../cloud-model.ts';
import { type Account, timeText } from '../account.ts';
import type { Call, View } from '../action.ts';
import {
  type CloudAddress,
  type CloudInstance,
  type CloudPool,
  domainOf,
  type InstanceConfig,
  type Member,
  type MonitorTemplate,
  taskKey,
} from '../cloud.ts';
import { invalid, notExists } from '../errors.ts';
import { optional, text, whole, word } from '../parameters.ts';
import { cloudAddress, cloudConfig, cloudPool } from './resolve.ts';

/* What GTM 3.0's actions have in common. */

export const onOff = word('enable', 'disable');
export const cloudType = word('IPv4', 'IPv6', 'domain');
export const lbStrategy = word('round_robin', 'sequence', 'weight', 'source_nearest');
export const judgement = word('any_ok', 'p30_ok', 'p50_ok', 'p70_ok', 'all_ok');
/** Both spellings are official; what the client wrote is what it gets back. */
export const sequenceMode = word('preemptive', 'non_preemptive', 'nonPreemptive');
export const remark = z.string().max(512);
export const name = text.max(128);

export const DONE = { Success: true } as const;

export const members = (id: string, most: number) =>
  z
    .array(
      z.object({
        [id]: text,
        SerialNumber: optional(whole(1, 100_000)),
        WeightValue: optional(whole(1, 100)),
        RequestSource: z.array(z.string()).nullish(),
      }),
    )
    .max(most);

/** References in order: without serial numbers, in the order of the list. */
export function readMembers(
  list: readonly Record<string, unknown>[],
  id: string,
  parameter: string,
): Member[] {
  const seen = new Set<string>();
  return list.map((one, i) => {
    const own = one[id] as string;
    if (seen.has(own)) throw invalid(`${parameter}.${i + 1}.${id}`, `"${own}" stands in the list twice`);
    seen.add(own);
    const RequestSource = ((one['RequestSource'] as string[] | null | undefined) ?? []).filter(
      line => line !== '',
    );
    const unknown = RequestSource.find(line => !isLine(line));
    if (unknown !== undefined)
      throw invalid(`${parameter}.${i + 1}.RequestSource`, `there is no line "${unknown}"`);
    return {
      id: own,
      SerialNumber: (one['SerialNumber'] as number | undefined) ?? i + 1,
      WeightValue: (one['WeightValue'] as number | undefined) ?? 1,
      RequestSource,
    };
  });
}

export function cloudInstanceOf({ cloud }: Account, id: string): CloudInstance {
  const instance = cloud.instances[id];
  if (!instance) throw notExists('CloudGtm.Instance', id);
  return instance;
}

export function configOf({ cloud }: Account, id: string, instance: string | undefined): InstanceConfig {
  const config = cloud.configs[id];
  if (!config || (instance !== undefined && config.InstanceId !== instance))
    throw notExists('CloudGtm.InstanceConfig', id);
  return config;
}

export function cloudPoolOf({ cloud }: Account, id: string): CloudPool {
  const pool = cloud.pools[id];
  if (!pool) throw notExists('CloudGtm.AddressPool', id);
  return pool;
}

export function addressOf({ cloud }: Account, id: string): CloudAddress {
  const address = cloud.addresses[id];
  if (!address) throw notExists('CloudGtm.Address', id);
  return address;
}

export function templateOf({ cloud }: Account, id: string): MonitorTemplate {
  const template = cloud.templates[id];
  if (!template) throw notExists('CloudGtm.MonitorTemplate', id);
  return template;
}

type Seen = Pick<Call<unknown>, 'account' | 'view'>;

/** The keys of the tasks that fail, of these addresses. */
function alertsOf(addresses: readonly CloudAddress[], view: View): ReadonlySet<string> {
  const keys = addresses.flatMap(one => one.HealthTasks.map(task => taskKey(one.AddressId, task)));
  return new Set(keys.filter(key => view.status(key) === 'ALERT'));
}

function allAlerts({ account, view }: Seen): ReadonlySet<string> {
  return alertsOf(Object.values(account.cloud.addresses), view);
}

const availability = (isAvailable: boolean) => (isAvailable ? 'available' : 'unavailable');

export function times({ created, updated }: { readonly created: number; readonly updated: number }) {
  return {
    CreateTime: timeText(created),
    CreateTimestamp: created,
    UpdateTime: timeText(updated),
    UpdateTimestamp: updated,
  };
}

function tasksOf({ account, view }: Seen, address: CloudAddress, withStatus: boolean) {
  return address.HealthTasks.map(task => {
    const status = view.status(taskKey(address.AddressId, task));
    return {
      TemplateId: task.TemplateId,
      TemplateName: account.cloud.templates[task.TemplateId]?.Name ?? '',
      ...(task.Port > 0 && { Port: task.Port }),
      ...(withStatus && { MonitorStatus: status === 'NO_DATA' ? 'no_data' : status.toLowerCase() }),
    };
  });
}

/** How an address stands, without its tasks. */
export function addressStatus({ view }: Seen, address: CloudAddress) {
  const alerts = alertsOf([address], view);
  const model = cloudAddress(address);
  return {
    HealthStatus: addressHealth(model, alerts),
    AvailableStatus: availability(isAddressAvailable(model, alerts)),
  };
}

function addressFields(seen: Seen, address: CloudAddress) {
  const { HealthTasks: _, created: __, updated: ___, ...fields } = address;
  return { ...fields, ...addressStatus(seen, address), ...times(address) };
}

export function addressDetails(seen: Seen, address: CloudAddress) {
  return { ...addressFields(seen, address), HealthTasks: { HealthTask: tasksOf(seen, address, true) } };
}

export interface MemberForm {
  /** SearchCloudGtmAddressPools alone answers a text where all others answer a list. */
  readonly lines: 'list' | 'text';
}

/** A pool's addresses as its details show them. */
function memberAddresses(seen: Seen, pool: CloudPool, form: MemberForm, held?: ReadonlySet<string>) {
  // Within a config, tasks are not shown.
  const withTasks = held === undefined;
  return pool.members.flatMap(member => {
    const address = seen.account.cloud.addresses[member.id];
    if (!address) return [];
    return [
      {
        ...addressFields(seen, address),
        ...(withTasks && { HealthTasks: { HealthTask: tasksOf(seen, address, false) } }),
        ...ranked(member, held?.has(`${pool.AddressPoolId}/${member.id}`) ?? false, form),
      },
    ];
  });
}

function ranked(member: Member, isHeld: boolean, { lines }: MemberForm) {
  const { SerialNumber, WeightValue, RequestSource } = member;
  return {
    SerialNumber,
    WeightValue,
    ...(lines === 'text'
      ? { RequestSource: RequestSource.join(',') }
      : { RequestSource: { RequestSource }, SeqNonPreemptiveSchedule: isHeld }),
  };
}

export function poolStatus({ account, view }: Seen, pool: CloudPool) {
  const model = cloudPool(account.cloud, pool);
  const alerts = allAlerts({ account, view });
  return {
    HealthStatus: poolHealth(model, alerts),
    AvailableStatus: availability(isPoolAvailable(model, alerts)),
  };
}

/** What a pool was told to be. */
export function poolSettings({ members: _, SequenceLbStrategyMode, ...settings }: CloudPool) {
  return { ...settings, ...sequenceOf(settings.AddressLbStrategy, SequenceLbStrategyMode) };
}

/** A sequence's mode is shown of sequences only. */
function sequenceOf(strategy: CloudStrategy, SequenceLbStrategyMode: string) {
  return strategy === 'sequence' ? { SequenceLbStrategyMode } : {};
}

/** A pool without its addresses. */
function poolFields(seen: Seen, pool: CloudPool) {
  const { created: _, updated: __, ...fields } = poolSettings(pool);
  return { ...fields, ...poolStatus(seen, pool), ...times(pool) };
}

export function poolDetails(seen: Seen, pool: CloudPool, form: MemberForm = { lines: 'list' }) {
  return { ...poolFields(seen, pool), Addresses: { Address: memberAddresses(seen, pool, form) } };
}

export function configStatus({ account, view }: Seen, config: InstanceConfig) {
  const alerts = allAlerts({ account, view });
  const HealthStatus = configHealth(cloudConfig(account.cloud, config), alerts);
  const isAvailable = config.EnableStatus === 'enable' && HealthStatus !== 'exceptional';
  return { HealthStatus, AvailableStatus: availability(isAvailable) };
}

export const COMMODITY_CODE = 'dns_gtm_public_cn';

/** A config as lists show it, without its pools. */
export function configFields(seen: Seen, config: InstanceConfig) {
  const { ScheduleZoneMode } = config;
  return {
    ...configReference(seen, config),
    ScheduleZoneMode,
    CommodityCode: COMMODITY_CODE,
    ...times(config),
  };
}

/** The same as references show it. */
export function configReference(seen: Seen, config: InstanceConfig) {
  const { ConfigId, InstanceId, ScheduleHostname, ScheduleRrType, ScheduleZoneName } = config;
  const { Ttl, EnableStatus, AddressPoolLbStrategy, SequenceLbStrategyMode, Remark } = config;
  return {
    ConfigId,
    InstanceId,
    ScheduleHostname,
    ScheduleRrType,
    ScheduleZoneName,
    ScheduleDomainName: domainOf(config),
    Ttl,
    EnableStatus,
    AddressPoolLbStrategy,
    ...sequenceOf(AddressPoolLbStrategy, SequenceLbStrategyMode),
    Remark,
    VersionCode: cloudInstanceOf(seen.account, InstanceId).VersionCode,
    ...configStatus(seen, config),
  };
}

/** A config's pools; `full` with their addresses. */
export function configPools(seen: Seen, config: InstanceConfig, full: boolean) {
  const held = seen.view.held(config.ConfigId);
  return config.members.flatMap(member => {
    const pool = seen.account.cloud.pools[member.id];
    if (!pool) return [];
    const form = { lines: 'list' } as const;
    const { Remark: _, ...fields } = poolFields(seen, pool);
    return [
      {
        ...fields,
        ...ranked(member, held.has(member.id), form),
        ...(full && { Addresses: { Address: memberAddresses(seen, pool, form, held) } }),
      },
    ];
  });
}
