import * as z from 'zod';
import type { RecordType } from '../../model.ts';
import { type Account, newDigits, newText } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import { type CloudInstance, domainOf, type InstanceConfig } from '../cloud.ts';
import { conflict, invalid, missing } from '../errors.ts';
import { json, optional, pageOf, paging, text, whole, word } from '../parameters.ts';
import { domain, isDomain, quota, TTL_SECONDS } from '../values.ts';
import {
  cloudInstanceOf,
  cloudPoolOf,
  configFields,
  configOf,
  configPools,
  configStatus,
  DONE,
  lbStrategy,
  members,
  onOff,
  readMembers,
  remark,
  sequenceMode,
} from './common.ts';
import { isAsWanted, isLike, isSame, statusFilters } from './search.ts';

/* GTM 3.0: instances and what they answer for. */

const LIMITS = { standard: 30, ultimate: 50, referencesPerPool: 10 } as const;
const YEAR_MS = 365 * 24 * 3_600_000;

const configParameters = { ConfigId: text, InstanceId: optional(text) };
const hostname = z
  .string()
  .refine(host => host === '@' || isDomain(`${host}.x`), 'it must be a host name, or @ for the zone itself');
const ttl = whole(TTL_SECONDS.least, TTL_SECONDS.most);

/** What each record type may be answered from. */
const POOL_TYPES: Readonly<Record<RecordType, readonly string[]>> = {
  A: ['IPv4', 'domain'],
  AAAA: ['IPv6', 'domain'],
  CNAME: ['domain'],
};

function refuseSharedName(account: Account, config: InstanceConfig): void {
  const other = Object.values(account.cloud.configs).find(
    one =>
      one.ConfigId !== config.ConfigId &&
      domainOf(one) === domainOf(config) &&
      (one.ScheduleRrType === config.ScheduleRrType ||
        'CNAME' === one.ScheduleRrType ||
        config.ScheduleRrType === 'CNAME'),
  );
  if (other)
    throw conflict(
      'CloudGtm.InstanceConfig.Duplicate',
      `${domainOf(config)} has the config ${other.ConfigId} of type ${other.ScheduleRrType} already.`,
    );
}

/** Addresses and aliases cannot stand in one answer. */
function checkMixture(account: Account, config: InstanceConfig): void {
  const types = new Set(config.members.map(member => cloudPoolOf(account, member.id).AddressPoolType));
  if (config.AddressPoolLbStrategy === 'round_robin' && types.has('domain') && types.size > 1)
    throw invalid('AddressPoolLbStrategy', 'round_robin cannot mix pools of addresses with pools of domains');
}

function postpayInstance({ account, now }: Call<unknown>): CloudInstance {
  const InstanceId = `gtm-cn-${newText(account, 11)}`;
  const instance: CloudInstance = {
    InstanceId,
    InstanceName: InstanceId,
    VersionCode: 'ultimate',
    ChargeType: 'postpay',
    created: now,
    updated: now,
    expires: now + YEAR_MS,
  };
  account.cloud.instances[InstanceId] = instance;
  return instance;
}

function changed(call: Call<unknown>, config: InstanceConfig): object {
  config.updated = call.now;
  return DONE;
}

const filters = {
  ...paging,
  InstanceId: optional(text),
  EnableStatus: optional(onOff),
  Remark: optional(text),
  ScheduleDomainName: optional(text),
  ScheduleZoneName: optional(text),
};

function find<F extends z.output<z.ZodObject<typeof filters>>>(
  call: Call<F>,
  matches: (own: string, wanted: string) => boolean,
  also: (config: InstanceConfig) => boolean,
): object {
  const { account, parameters: p } = call;
  const found = Object.values(account.cloud.configs).filter(
    one =>
      (p.InstanceId ?? one.InstanceId) === one.InstanceId &&
      (p.EnableStatus ?? one.EnableStatus) === one.EnableStatus &&
      (p.Remark === undefined || matches(one.Remark, p.Remark)) &&
      (p.ScheduleDomainName === undefined || matches(domainOf(one), p.ScheduleDomainName)) &&
      (p.ScheduleZoneName === undefined || matches(one.ScheduleZoneName, p.ScheduleZoneName)) &&
      also(one),
  );
  const { items, ...page } = pageOf(found, p);
  const InstanceConfig = items.map(config => ({
    ...configFields(call, config),
    ConfigLoggingSwitchStatus: config.logging,
    AddressPools: { AddressPool: configPools(call, config, false) },
  }));
  return { ...page, InstanceConfigs: { InstanceConfig } };
}

export const configActions: Actions = {
  CreateCloudGtmInstanceConfig: write(
    z.object({
      ChargeType: optional(word('prepay', 'postpay')),
      InstanceId: optional(text),
      ScheduleZoneMode: optional(word('custom', 'sys_assign')),
      ScheduleZoneName: domain,
      ScheduleHostname: hostname,
      ScheduleRrType: word('A', 'AAAA', 'CNAME'),
      Ttl: ttl,
      EnableStatus: optional(onOff),
      Remark: optional(remark),
    }),
    call => {
      const { account, parameters: p, now, settings } = call;
      const { ChargeType = 'prepay' } = p;
      if (p.ScheduleZoneMode === 'sys_assign')
        throw invalid('ScheduleZoneMode', 'sys_assign is not offered any more; it must be custom');
      if (ChargeType === 'prepay' && p.InstanceId === undefined) throw missing('InstanceId');
      const instance =
        p.InstanceId === undefined ? postpayInstance(call) : cloudInstanceOf(account, p.InstanceId);
      const { InstanceId } = instance;
      const ConfigId = `Config-${newDigits(account)}`;
      const config: InstanceConfig = {
        ConfigId,
        InstanceId,
        ScheduleZoneMode: 'custom',
        ScheduleZoneName: p.ScheduleZoneName,
        ScheduleHostname: p.ScheduleHostname,
        ScheduleRrType: p.ScheduleRrType,
        Ttl: p.Ttl,
        EnableStatus: p.EnableStatus ?? 'disable',
        AddressPoolLbStrategy: 'sequence',
        SequenceLbStrategyMode: 'preemptive',
        Remark: p.Remark ?? '',
        members: [],
        logging: 'disable',
        AlertMode: 'global',
        alert: { AlertConfig: [], AlertGroup: [] },
        created: now,
        updated: now,
      };
      refuseSharedName(account, config);
      account.cloud.configs[ConfigId] = config;
      return { ...(settings.configId === 'text' && { ConfigId }), InstanceId, ...DONE };
    },
  ),
  UpdateCloudGtmInstanceConfigBasic: write(
    z.object({
      ...configParameters,
      ScheduleHostname: optional(hostname),
      ScheduleZoneName: optional(domain),
      Ttl: optional(ttl),
    }),
    call => {
      const { ConfigId, InstanceId, ScheduleHostname, ScheduleZoneName, Ttl } = call.parameters;
      const config = configOf(call.account, ConfigId, InstanceId);
      if (ScheduleHostname !== undefined) config.ScheduleHostname = ScheduleHostname;
      if (ScheduleZoneName !== undefined) config.ScheduleZoneName = ScheduleZoneName;
      if (Ttl !== undefined) config.Ttl = Ttl;
      refuseSharedName(call.account, config);
      return changed(call, config);
    },
  ),
  UpdateCloudGtmInstanceConfigEnableStatus: write(
    z.object({ ...configParameters, EnableStatus: onOff }),
    call => {
      const { ConfigId, InstanceId, EnableStatus } = call.parameters;
      const config = configOf(call.account, ConfigId, InstanceId);
      config.EnableStatus = EnableStatus;
      return changed(call, config);
    },
  ),
  UpdateCloudGtmInstanceConfigLbStrategy: write(
    z.object({
      ...configParameters,
      AddressPoolLbStrategy: optional(lbStrategy),
      SequenceLbStrategyMode: optional(sequenceMode),
    }),
    call => {
      const { ConfigId, InstanceId, AddressPoolLbStrategy, SequenceLbStrategyMode } = call.parameters;
      const config = configOf(call.account, ConfigId, InstanceId);
      if (AddressPoolLbStrategy !== undefined) config.AddressPoolLbStrategy = AddressPoolLbStrategy;
      if (SequenceLbStrategyMode !== undefined) config.SequenceLbStrategyMode = SequenceLbStrategyMode;
      checkMixture(call.account, config);
      return changed(call, config);
    },
  ),
  UpdateCloudGtmInstanceConfigRemark: write(
    z.object({ ...configParameters, Remark: remark.optional() }),
    call => {
      const { ConfigId, InstanceId, Remark = '' } = call.parameters;
      const config = configOf(call.account, ConfigId, InstanceId);
      config.Remark = Remark;
      return changed(call, config);
    },
  ),
  SetCloudGtmInstanceConfigLogSwitch: write(z.object({ ...configParameters, Status: onOff }), call => {
    const { ConfigId, InstanceId, Status } = call.parameters;
    const config = configOf(call.account, ConfigId, InstanceId);
    config.logging = Status;
    return changed(call, config);
  }),
  ReplaceCloudGtmInstanceConfigAddressPool: write(
    z.object({ ...configParameters, AddressPools: json(members('AddressPoolId', 1000)) }),
    call => {
      const { account, parameters } = call;
      const config = configOf(account, parameters.ConfigId, parameters.InstanceId);
      const list = readMembers(parameters.AddressPools, 'AddressPoolId', 'AddressPools');
      const most = LIMITS[cloudInstanceOf(account, config.InstanceId).VersionCode];
      quota(call, list.length, most, 'address pools of an access domain');
      for (const [i, { id }] of list.entries()) {
        const { AddressPoolType, AddressPoolId } = cloudPoolOf(account, id);
        if (!POOL_TYPES[config.ScheduleRrType].includes(AddressPoolType))
          throw invalid(
            `AddressPools.${i + 1}.AddressPoolId`,
            `a config of type ${config.ScheduleRrType} cannot answer from a pool of type ${AddressPoolType}`,
          );
        const users = Object.values(account.cloud.configs).filter(
          one => one !== config && one.members.some(member => member.id === AddressPoolId),
        );
        quota(call, users.length + 1, LIMITS.referencesPerPool, 'references to an address pool');
      }
      config.members = list;
      checkMixture(account, config);
      return changed(call, config);
    },
  ),
  DeleteCloudGtmInstanceConfig: write(z.object(configParameters), ({ account, parameters }) => {
    const config = configOf(account, parameters.ConfigId, parameters.InstanceId);
    delete account.cloud.configs[config.ConfigId];
    return DONE;
  }),
  DescribeCloudGtmInstanceConfigFullInfo: read(z.object(configParameters), call => {
    const { account, parameters } = call;
    const config = configOf(account, parameters.ConfigId, parameters.InstanceId);
    const settings = config.AlertMode === 'global' ? account.cloud.globalAlert : config.alert;
    return {
      ...configFields(call, config),
      InstanceName: cloudInstanceOf(account, config.InstanceId).InstanceName,
      AddressPools: { AddressPool: configPools(call, config, true) },
      AlertConfig: JSON.stringify(settings.AlertConfig),
      AlertGroup: JSON.stringify(settings.AlertGroup),
    };
  }),
  ListCloudGtmInstanceConfigs: read(z.object(filters), call => find(call, isSame, () => true)),
  SearchCloudGtmInstanceConfigs: read(z.object({ ...filters, ...statusFilters }), call =>
    find(call, isLike, config => isAsWanted(configStatus(call, config), call.parameters)),
  ),
};
