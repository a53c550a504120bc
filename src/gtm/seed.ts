import { InputError } from '../runtime/input-error.ts';
import { type Account, emptyAccount, newInstance } from './account/account.ts';
import type { ApiSettings, View } from './account/action.ts';
import { ApiError } from './account/errors.ts';
import { execute } from './account/execute.ts';
import type { Flat } from './account/parameters.ts';
import type { AccountConfig } from './account-config.ts';

/** Nothing is at work yet. */
const NO_VIEW: View = { status: () => 'NO_DATA', strategy: () => undefined, held: () => new Set() };
/** What is in a file was not bought at any time. */
const YEAR_MS = 365 * 24 * 3_600_000;

type Values = Readonly<Record<string, unknown>>;

/** Calls an action and gives back what it answers; `path` is where its parameters stand in the file. */
type Caller = (path: string, action: string, parameters: Values) => Readonly<Record<string, string>>;

/**
 * The account that a file describes, made by the API's own actions.
 *
 * @param now Milliseconds since 1970.
 * @throws InputError for what the API refuses.
 */
export function seedAccount(
  config: AccountConfig,
  file: string,
  now: number,
  settings: ApiSettings,
): Account {
  let account = emptyAccount();
  account.alertGroups = [...config.alertGroups];
  // Instances are bought, not made: the API has no action for it.
  const bought = { created: now, expires: now + YEAR_MS };
  for (const { InstanceId, VersionCode } of config.DnsGtm) {
    const quotas = { TaskQuota: 100, SmsQuota: 1000 };
    account.instances[InstanceId] = newInstance({ InstanceId, VersionCode, ...quotas, ...bought });
  }
  for (const instance of config.CloudGtm.Instances)
    account.cloud.instances[instance.InstanceId] = { ...instance, ...bought, updated: now };
  const call: Caller = (path, action, parameters) => {
    try {
      const outcome = execute(account, action, flatten(parameters), {
        now,
        view: NO_VIEW,
        settings: { ...settings, configId: 'text' },
      });
      account = outcome.account;
      return outcome.body as Record<string, string>;
    } catch (error) {
      if (error instanceof ApiError) throw new InputError(file, error.message, { path });
      throw error;
    }
  };
  for (const [i, instance] of config.DnsGtm.entries()) seedInstance(instance, `DnsGtm[${i}]`, file, call);
  seedCloud(config.CloudGtm, file, call);
  return account;
}

function seedInstance(
  instance: AccountConfig['DnsGtm'][number],
  path: string,
  file: string,
  call: Caller,
): void {
  const { InstanceId, Config, AddrPools, AccessStrategies } = instance;
  if (Config) {
    const { StrategyMode, ...settings } = Config;
    call(`${path}.Config`, 'UpdateDnsGtmInstanceGlobalConfig', {
      InstanceName: InstanceId,
      ...settings,
      InstanceId,
    });
    if (StrategyMode !== undefined)
      call(`${path}.Config`, 'SwitchDnsGtmInstanceStrategyMode', { InstanceId, StrategyMode });
  }
  const pools = new Map<string, string>();
  AddrPools.forEach(({ Monitor, ...pool }, i) => {
    const place = `${path}.AddrPools[${i}]`;
    const Addr = listIn(pool['Addr']).map(one => ({ Mode: 'SMART', AttributeInfo: '{}', ...one }));
    const { AddrPoolId = '' } = call(place, 'AddDnsGtmAddressPool', {
      LbaStrategy: 'ALL_RR',
      ...pool,
      Addr,
      InstanceId,
    });
    pools.set(pool.Name, AddrPoolId);
    if (Monitor) {
      // Names of nodes are the labs'.
      const IspCityNode = listIn(Monitor['IspCityNode']).map(({ Name: _, ...node }) => ({
        IspCode: '465',
        ...node,
      }));
      const { MonitorExtendInfo = {} } = Monitor;
      call(`${place}.Monitor`, 'AddDnsGtmMonitor', {
        Interval: 60,
        Timeout: 5000,
        EvaluationCount: 2,
        ...Monitor,
        MonitorExtendInfo: JSON.stringify(MonitorExtendInfo),
        IspCityNode,
        AddrPoolId,
      });
    }
  });
  // The API wants the global line served before any other; in a file they may stand in any order.
  const isGlobal = ({ Lines }: Values) => Array.isArray(Lines) && Lines.includes('default');
  const inOrder = Array.from(AccessStrategies.entries()).sort(
    ([, a], [, b]) => Number(isGlobal(b)) - Number(isGlobal(a)),
  );
  for (const [i, strategy] of inOrder) {
    const place = `${path}.AccessStrategies[${i}]`;
    const { AccessMode, Lines, DefaultAddrPool, FailoverAddrPool, ...rest } = strategy;
    const references = (list: unknown) => listIn(list).map(one => named(one, 'Id', pools, file, place));
    const { StrategyId } = call(place, 'AddDnsGtmAccessStrategy', {
      StrategyMode: 'GEO',
      DefaultAddrPoolType: 'IPV4',
      DefaultLbaStrategy: 'ALL_RR',
      FailoverLbaStrategy: 'ALL_RR',
      FailoverMinAvailableAddrNum: 1,
      ...rest,
      ...(Lines !== undefined && { Lines: JSON.stringify(Lines) }),
      DefaultAddrPool: references(DefaultAddrPool),
      FailoverAddrPool: references(FailoverAddrPool),
      InstanceId,
    });
    if (AccessMode !== undefined) call(place, 'SetDnsGtmAccessMode', { StrategyId, AccessMode });
  }
}

function seedCloud(cloud: AccountConfig['CloudGtm'], file: string, call: Caller): void {
  const [templates, addresses, pools] = [
    new Map<string, string>(),
    new Map<string, string>(),
    new Map<string, string>(),
  ];
  cloud.MonitorTemplates.forEach((template, i) => {
    const { ExtendInfo, IspCityNodes, ...rest } = template;
    const { TemplateId = '' } = call(`CloudGtm.MonitorTemplates[${i}]`, 'CreateCloudGtmMonitorTemplate', {
      IpVersion: 'IPv4',
      ...rest,
      ExtendInfo: JSON.stringify(ExtendInfo ?? {}),
      IspCityNodes: JSON.stringify(IspCityNodes ?? []),
    });
    templates.set(template.Name, TemplateId);
  });
  cloud.Addresses.forEach((address, i) => {
    const path = `CloudGtm.Addresses[${i}]`;
    const { HealthTasks, ...rest } = address;
    const tasks = listIn(HealthTasks).map(({ Template, ...task }) =>
      named({ Name: Template, ...task }, 'TemplateId', templates, file, path),
    );
    const { AddressId = '' } = call(path, 'CreateCloudGtmAddress', {
      Type: 'IPv4',
      EnableStatus: 'enable',
      AvailableMode: 'auto',
      HealthJudgement: 'p50_ok',
      ...rest,
      HealthTasks: JSON.stringify(tasks),
    });
    addresses.set(address.Name, AddressId);
  });
  cloud.AddressPools.forEach((pool, i) => {
    const path = `CloudGtm.AddressPools[${i}]`;
    const { Addresses, AddressLbStrategy, SequenceLbStrategyMode, ...rest } = pool;
    const defaults = { AddressPoolType: 'IPv4', EnableStatus: 'enable', HealthJudgement: 'any_ok' };
    const { AddressPoolId = '' } = call(path, 'CreateCloudGtmAddressPool', { ...defaults, ...rest });
    const members = listIn(Addresses).map(one => named(one, 'AddressId', addresses, file, path));
    call(path, 'ReplaceCloudGtmAddressPoolAddress', { AddressPoolId, Addresses: JSON.stringify(members) });
    if (AddressLbStrategy !== undefined)
      call(path, 'UpdateCloudGtmAddressPoolLbStrategy', {
        AddressPoolId,
        AddressLbStrategy,
        SequenceLbStrategyMode,
      });
    pools.set(pool.AddressPoolName, AddressPoolId);
  });
  cloud.InstanceConfigs.forEach((config, i) => {
    const path = `CloudGtm.InstanceConfigs[${i}]`;
    const { AddressPools, AddressPoolLbStrategy, SequenceLbStrategyMode, ...rest } = config;
    const defaults = { ScheduleZoneMode: 'custom', ScheduleRrType: 'A', Ttl: 60, EnableStatus: 'enable' };
    const { ConfigId } = call(path, 'CreateCloudGtmInstanceConfig', { ...defaults, ...rest });
    const members = listIn(AddressPools).map(one => named(one, 'AddressPoolId', pools, file, path));
    call(path, 'ReplaceCloudGtmInstanceConfigAddressPool', {
      ConfigId,
      AddressPools: JSON.stringify(members),
    });
    if (AddressPoolLbStrategy !== undefined)
      call(path, 'UpdateCloudGtmInstanceConfigLbStrategy', {
        ConfigId,
        AddressPoolLbStrategy,
        SequenceLbStrategyMode,
      });
  });
}

/** The elements of a list in the file; none where there is `EMPTY` or nothing. */
function listIn(value: unknown): Values[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'object' && one !== null) : [];
}

/** A reference by name as one by id. */
function named(
  { Name, ...rest }: Values,
  id: string,
  ids: ReadonlyMap<string, string>,
  file: string,
  path: string,
): Values {
  const found = ids.get(String(Name));
  if (found === undefined)
    throw new InputError(
      file,
      `there is no "${String(Name)}" above; there are ${[...ids.keys()].join(', ') || 'none'}`,
      { path },
    );
  return { [id]: found, ...rest };
}

/** `{ Addr: [{ Addr: '192.0.2.1' }] }` as `Addr.1.Addr=192.0.2.1`. */
export function flatten(value: Values): Flat {
  const flat: Record<string, string> = {};
  const put = (name: string, one: unknown): void => {
    if (one === undefined || one === null) return;
    if (Array.isArray(one)) for (const [i, item] of one.entries()) put(`${name}.${i + 1}`, item);
    else if (typeof one === 'object')
      for (const [key, inner] of Object.entries(one)) put(name === '' ? key : `${name}.${key}`, inner);
    else flat[name] = String(one);
  };
  put('', value);
  return flat;
}
