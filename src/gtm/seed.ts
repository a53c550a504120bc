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
  const seeding = new Seeding(file, call);
  for (const [i, instance] of config.DnsGtm.entries()) seeding.instance(instance, `DnsGtm[${i}]`);
  seeding.cloud(config.CloudGtm);
  return account;
}

/** Ids that the API gave, by the names that stand for them in the file. */
type Ids = ReadonlyMap<string, string>;

type Instance = AccountConfig['DnsGtm'][number];
type Cloud = AccountConfig['CloudGtm'];

/** The calls that make what the file describes; each `path` is an object's place there. */
class Seeding {
  readonly #file: string;
  readonly #call: Caller;

  constructor(file: string, call: Caller) {
    this.#file = file;
    this.#call = call;
  }

  /** Of 2.0. */
  instance({ InstanceId, Config, AddrPools, AccessStrategies }: Instance, path: string): void {
    if (Config) this.#configure(InstanceId, Config, `${path}.Config`);
    const pools = new Map<string, string>();
    for (const [i, pool] of AddrPools.entries())
      pools.set(pool.Name, this.#pool(InstanceId, pool, `${path}.AddrPools[${i}]`));
    // The API wants the global line served before any other; in a file they may stand in any order.
    const isGlobal = ({ Lines }: Values) => Array.isArray(Lines) && Lines.includes('default');
    const inOrder = Array.from(AccessStrategies.entries()).sort(
      ([, a], [, b]) => Number(isGlobal(b)) - Number(isGlobal(a)),
    );
    for (const [i, strategy] of inOrder)
      this.#strategy(InstanceId, strategy, pools, `${path}.AccessStrategies[${i}]`);
  }

  #configure(InstanceId: string, { StrategyMode, ...settings }: Values, path: string): void {
    this.#call(path, 'UpdateDnsGtmInstanceGlobalConfig', {
      InstanceName: InstanceId,
      ...settings,
      InstanceId,
    });
    if (StrategyMode !== undefined)
      this.#call(path, 'SwitchDnsGtmInstanceStrategyMode', { InstanceId, StrategyMode });
  }

  #pool(InstanceId: string, { Monitor, ...pool }: Instance['AddrPools'][number], path: string): string {
    const Addr = listIn(pool['Addr']).map(one => ({ Mode: 'SMART', AttributeInfo: '{}', ...one }));
    const { AddrPoolId = '' } = this.#call(path, 'AddDnsGtmAddressPool', {
      LbaStrategy: 'ALL_RR',
      ...pool,
      Addr,
      InstanceId,
    });
    if (Monitor) this.#monitor(AddrPoolId, Monitor, `${path}.Monitor`);
    return AddrPoolId;
  }

  #monitor(AddrPoolId: string, monitor: Values, path: string): void {
    const { MonitorExtendInfo = {} } = monitor;
    // Names of nodes are the labs'.
    const IspCityNode = listIn(monitor['IspCityNode']).map(({ Name: _, ...node }) => ({
      IspCode: '465',
      ...node,
    }));
    this.#call(path, 'AddDnsGtmMonitor', {
      Interval: 60,
      Timeout: 5000,
      EvaluationCount: 2,
      ...monitor,
      MonitorExtendInfo: JSON.stringify(MonitorExtendInfo),
      IspCityNode,
      AddrPoolId,
    });
  }

  #strategy(InstanceId: string, strategy: Values, pools: Ids, path: string): void {
    const { AccessMode, Lines, DefaultAddrPool, FailoverAddrPool, ...rest } = strategy;
    const { StrategyId } = this.#call(path, 'AddDnsGtmAccessStrategy', {
      StrategyMode: 'GEO',
      DefaultAddrPoolType: 'IPV4',
      DefaultLbaStrategy: 'ALL_RR',
      FailoverLbaStrategy: 'ALL_RR',
      FailoverMinAvailableAddrNum: 1,
      ...rest,
      ...(Lines !== undefined && { Lines: JSON.stringify(Lines) }),
      DefaultAddrPool: this.#referring(DefaultAddrPool, 'Id', pools, path),
      FailoverAddrPool: this.#referring(FailoverAddrPool, 'Id', pools, path),
      InstanceId,
    });
    if (AccessMode !== undefined) this.#call(path, 'SetDnsGtmAccessMode', { StrategyId, AccessMode });
  }

  /** All of 3.0. */
  cloud({ MonitorTemplates, Addresses, AddressPools, InstanceConfigs }: Cloud): void {
    const templates = new Map<string, string>();
    for (const [i, template] of MonitorTemplates.entries())
      templates.set(template.Name, this.#template(template, `CloudGtm.MonitorTemplates[${i}]`));
    const addresses = new Map<string, string>();
    for (const [i, address] of Addresses.entries())
      addresses.set(address.Name, this.#address(address, templates, `CloudGtm.Addresses[${i}]`));
    const pools = new Map<string, string>();
    for (const [i, pool] of AddressPools.entries())
      pools.set(pool.AddressPoolName, this.#addressPool(pool, addresses, `CloudGtm.AddressPools[${i}]`));
    for (const [i, config] of InstanceConfigs.entries())
      this.#instanceConfig(config, pools, `CloudGtm.InstanceConfigs[${i}]`);
  }

  #template({ ExtendInfo, IspCityNodes, ...rest }: Values, path: string): string {
    const { TemplateId = '' } = this.#call(path, 'CreateCloudGtmMonitorTemplate', {
      IpVersion: 'IPv4',
      ...rest,
      ExtendInfo: JSON.stringify(ExtendInfo ?? {}),
      IspCityNodes: JSON.stringify(IspCityNodes ?? []),
    });
    return TemplateId;
  }

  #address({ HealthTasks, ...rest }: Values, templates: Ids, path: string): string {
    const tasks = listIn(HealthTasks).map(({ Template, ...task }) => ({ Name: Template, ...task }));
    const { AddressId = '' } = this.#call(path, 'CreateCloudGtmAddress', {
      Type: 'IPv4',
      EnableStatus: 'enable',
      AvailableMode: 'auto',
      HealthJudgement: 'p50_ok',
      ...rest,
      HealthTasks: JSON.stringify(this.#referring(tasks, 'TemplateId', templates, path)),
    });
    return AddressId;
  }

  #addressPool(pool: Values, addresses: Ids, path: string): string {
    const { Addresses, AddressLbStrategy, SequenceLbStrategyMode, ...rest } = pool;
    const defaults = { AddressPoolType: 'IPv4', EnableStatus: 'enable', HealthJudgement: 'any_ok' };
    const { AddressPoolId = '' } = this.#call(path, 'CreateCloudGtmAddressPool', { ...defaults, ...rest });
    this.#call(path, 'ReplaceCloudGtmAddressPoolAddress', {
      AddressPoolId,
      Addresses: JSON.stringify(this.#referring(Addresses, 'AddressId', addresses, path)),
    });
    if (AddressLbStrategy !== undefined)
      this.#call(path, 'UpdateCloudGtmAddressPoolLbStrategy', {
        AddressPoolId,
        AddressLbStrategy,
        SequenceLbStrategyMode,
      });
    return AddressPoolId;
  }

  #instanceConfig(config: Values, pools: Ids, path: string): void {
    const { AddressPools, AddressPoolLbStrategy, SequenceLbStrategyMode, ...rest } = config;
    const defaults = { ScheduleZoneMode: 'custom', ScheduleRrType: 'A', Ttl: 60, EnableStatus: 'enable' };
    const { ConfigId } = this.#call(path, 'CreateCloudGtmInstanceConfig', { ...defaults, ...rest });
    this.#call(path, 'ReplaceCloudGtmInstanceConfigAddressPool', {
      ConfigId,
      AddressPools: JSON.stringify(this.#referring(AddressPools, 'AddressPoolId', pools, path)),
    });
    if (AddressPoolLbStrategy !== undefined)
      this.#call(path, 'UpdateCloudGtmInstanceConfigLbStrategy', {
        ConfigId,
        AddressPoolLbStrategy,
        SequenceLbStrategyMode,
      });
  }

  /** A list of the file whose elements refer by `Name`, with the ids in the place of the names. @throws InputError */
  #referring(list: unknown, id: string, ids: Ids, path: string): Values[] {
    return listIn(list).map(({ Name, ...rest }) => {
      const found = ids.get(String(Name));
      if (found !== undefined) return { [id]: found, ...rest };
      const known = [...ids.keys()].join(', ') || 'none';
      throw new InputError(this.#file, `there is no "${String(Name)}" above; there are ${known}`, { path });
    });
  }
}

/** The elements of a list in the file; none where there is `EMPTY` or nothing. */
function listIn(value: unknown): Values[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'object' && one !== null) : [];
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
