import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiError } from '../../src/gtm/account/errors.ts';
import { execute } from '../../src/gtm/account/execute.ts';
import { flatten } from '../../src/gtm/seed.ts';
import { BEIJING_1, BEIJING_2, HANGZHOU, Rig } from '../gtm/api/rig.ts';
import { Sdk } from '../gtm/api/sdk.ts';
import { ACTIONS, type ActionFacts, differences, type Parameter } from './gtm-actions.ts';

/*
 * Every action of GTM, called by Alibaba Cloud's own client with its signatures checked: right calls get answers that the
 * client's own types accept, wrong ones are refused.
 */

const ACCOUNT = `
emulator: { publishDelay: 0s, recoverySuccesses: 1, configId: omit }
DnsGtm:
  - InstanceId: gtm-cn-two
    Config: { PublicRr: www.gtm, PublicZoneName: example.com, PublicUserDomainName: www.example.com, Ttl: 60, AlertGroup: '["default"]' }
    AddrPools:
      - { Name: beijing, Type: IPV4, Addr: [{ Addr: ${BEIJING_1} }, { Addr: ${BEIJING_2} }], Monitor: { ProtocolType: TCP, MonitorExtendInfo: { port: 80 }, IspCityNode: [{ CityCode: '503' }] } }
      - { Name: hangzhou, Type: IPV4, Addr: [{ Addr: ${HANGZHOU} }] }
      - { Name: spare, Type: IPV4, Addr: [{ Addr: ${HANGZHOU} }] }
    AccessStrategies:
      - { StrategyName: main, Lines: [default], DefaultAddrPool: [{ Name: beijing, LbaWeight: 1 }], DefaultMinAvailableAddrNum: 1, FailoverAddrPool: [{ Name: hangzhou, LbaWeight: 1 }] }
CloudGtm:
  Instances: [{ InstanceId: gtm-cn-three, InstanceName: three }]
  MonitorTemplates:
    - { Name: tcp, Protocol: tcp, Interval: 60, Timeout: 2000, EvaluationCount: 2, FailureRate: 50, IspCityNodes: [{ CityCode: '503', IspCode: '465' }] }
    - { Name: unused, Protocol: tcp, Interval: 60, Timeout: 2000, EvaluationCount: 2, FailureRate: 50, IspCityNodes: [{ CityCode: '503', IspCode: '465' }] }
  Addresses:
    - { Name: beijing-1, Address: ${BEIJING_1}, ManualAvailableStatus: available, HealthTasks: [{ Template: tcp, Port: 80 }], Remark: first }
    - { Name: hangzhou, Address: ${HANGZHOU} }
    - { Name: unused, Address: 203.0.113.99 }
  AddressPools:
    - { AddressPoolName: beijing, AddressLbStrategy: sequence, Addresses: [{ Name: beijing-1 }] }
    - { AddressPoolName: unused }
  InstanceConfigs:
    - { InstanceId: gtm-cn-three, ScheduleHostname: www, ScheduleZoneName: gtm3.example.com, AddressPools: [{ Name: beijing, RequestSource: [default] }] }
    - { InstanceId: gtm-cn-three, ScheduleHostname: old, ScheduleZoneName: gtm3.example.com }
`;

/** A right call of each action, with the API's names. */
function calls(rig: Rig): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const { account } = rig.serving.emulator;
  const named = <T extends object>(
    all: Readonly<Record<string, T>>,
    field: keyof T,
    name: string,
  ): Partial<T> => Object.values(all).find(one => one[field] === name) ?? {};
  const [strategy] = Object.values(account.strategies);
  const [monitor] = Object.values(account.monitors);
  const pool = named(account.pools, 'Name', 'beijing').AddrPoolId;
  const other = named(account.pools, 'Name', 'hangzhou').AddrPoolId;
  const spare = named(account.pools, 'Name', 'spare').AddrPoolId;
  const { cloud } = account;
  const template = named(cloud.templates, 'Name', 'tcp').TemplateId;
  const address = named(cloud.addresses, 'Name', 'beijing-1').AddressId;
  const cloudPool = named(cloud.pools, 'AddressPoolName', 'beijing').AddressPoolId;
  const config = named(cloud.configs, 'ScheduleHostname', 'www').ConfigId;
  const instance = { InstanceId: 'gtm-cn-two' };
  const page = { PageNumber: 1, PageSize: 20 };
  const node = [{ CityCode: '503', IspCode: '465' }];
  const check = {
    ProtocolType: 'HTTP',
    Interval: 60,
    Timeout: 2000,
    EvaluationCount: 2,
    MonitorExtendInfo: '{"port":80,"code":400,"failureRate":50}',
    IspCityNode: node,
  };
  const sets = {
    DefaultAddrPoolType: 'IPV4',
    DefaultAddrPool: [{ Id: pool, LbaWeight: 1 }],
    DefaultLbaStrategy: 'ALL_RR',
    DefaultMinAvailableAddrNum: 1,
    FailoverAddrPoolType: 'IPV4',
    FailoverAddrPool: [{ Id: other, LbaWeight: 1 }],
    FailoverLbaStrategy: 'RATIO',
    FailoverMinAvailableAddrNum: 1,
  };
  const strategyId = { StrategyId: strategy?.StrategyId };
  const configId = { ConfigId: config, InstanceId: 'gtm-cn-three' };
  const alerts = [{ NoticeType: 'addr_alert', EmailNotice: true, SmsNotice: false, DingtalkNotice: false }];
  return {
    DescribeDnsGtmInstances: { ...page, Keyword: 'TWO' },
    DescribeDnsGtmInstance: instance,
    DescribeDnsGtmInstanceStatus: instance,
    DescribeDnsGtmInstanceSystemCname: instance,
    DescribeDnsGtmLogs: { ...instance, ...page, StartTimestamp: 0 },
    DescribeDnsGtmAvailableAlertGroup: {},
    DescribeDnsGtmMonitorAvailableConfig: {},
    DescribeDnsGtmMonitorConfig: { MonitorConfigId: monitor?.MonitorConfigId },
    DescribeDnsGtmInstanceAddressPools: { ...instance, ...page },
    DescribeDnsGtmInstanceAddressPool: { AddrPoolId: pool },
    DescribeDnsGtmAddressPoolAvailableConfig: instance,
    DescribeDnsGtmAddrAttributeInfo: { Addrs: '["203.0.113.10"]', Type: 'IPV4' },
    DescribeDnsGtmAccessStrategy: strategyId,
    DescribeDnsGtmAccessStrategies: { ...instance, ...page, StrategyMode: 'GEO' },
    DescribeDnsGtmAccessStrategyAvailableConfig: { ...instance, StrategyMode: 'GEO' },
    ValidateDnsGtmCnameRrCanUse: {
      ...instance,
      CnameMode: 'CUSTOM',
      CnameRr: 'x.gtm',
      CnameType: 'PUBLIC',
      CnameZone: 'example.com',
    },
    UpdateDnsGtmInstanceGlobalConfig: {
      ...instance,
      InstanceName: 'two',
      CnameType: 'PUBLIC',
      PublicCnameMode: 'CUSTOM',
      Ttl: 120,
      AlertGroup: '["default"]',
      AlertConfig: [{ NoticeType: 'ADDR_ALERT', EmailNotice: true, SmsNotice: true, DingtalkNotice: false }],
      ForceUpdate: false,
    },
    SwitchDnsGtmInstanceStrategyMode: { ...instance, StrategyMode: 'GEO' },
    AddDnsGtmAddressPool: {
      ...instance,
      ...check,
      Name: 'added',
      Type: 'IPV4',
      LbaStrategy: 'RATIO',
      Addr: [
        {
          Addr: '203.0.113.40',
          Mode: 'SMART',
          AttributeInfo: '{"lineCodes":["default"]}',
          LbaWeight: 3,
          Remark: 'new',
        },
      ],
      MonitorStatus: 'OPEN',
    },
    UpdateDnsGtmAddressPool: {
      AddrPoolId: spare,
      Name: 'spare',
      LbaStrategy: 'ALL_RR',
      Addr: [{ Addr: HANGZHOU, Mode: 'OFFLINE', AttributeInfo: '{}', LbaWeight: 1 }],
    },
    AddDnsGtmMonitor: { AddrPoolId: spare, ...check },
    UpdateDnsGtmMonitor: {
      MonitorConfigId: monitor?.MonitorConfigId,
      ...check,
      ProtocolType: 'TCP',
      MonitorExtendInfo: '{"port":80}',
    },
    SetDnsGtmMonitorStatus: { MonitorConfigId: monitor?.MonitorConfigId, Status: 'CLOSE' },
    DeleteDnsGtmAddressPool: { AddrPoolId: spare },
    AddDnsGtmAccessStrategy: {
      ...instance,
      ...sets,
      StrategyName: 'telecom',
      StrategyMode: 'GEO',
      Lines: '["telecom"]',
    },
    UpdateDnsGtmAccessStrategy: {
      ...strategyId,
      ...sets,
      StrategyName: 'main',
      Lines: '["default"]',
      AccessMode: 'AUTO',
    },
    SetDnsGtmAccessMode: { ...strategyId, AccessMode: 'DEFAULT' },
    DeleteDnsGtmAccessStrategy: {
      StrategyId: Object.values(account.strategies).find(one => one.StrategyName === 'telecom')?.StrategyId,
    },

    DescribeCloudGtmMonitorTemplate: { TemplateId: template },
    ListCloudGtmMonitorTemplates: { ...page, Name: 'tcp', Protocol: 'tcp', IpVersion: 'IPv4' },
    SearchCloudGtmMonitorTemplates: { ...page, Name: 'TC' },
    ListCloudGtmMonitorNodes: {},
    CreateCloudGtmMonitorTemplate: {
      Name: 'made',
      Protocol: 'https',
      IpVersion: 'IPv4',
      Interval: 15,
      Timeout: 5000,
      EvaluationCount: 1,
      FailureRate: 20,
      ExtendInfo: '{"sni":true,"followRedirect":true}',
      IspCityNodes: node,
    },
    UpdateCloudGtmMonitorTemplate: { TemplateId: template, Name: 'tcp', Interval: 300, IspCityNodes: node },
    UpdateCloudGtmMonitorTemplateRemark: { TemplateId: template, Remark: 'why' },
    DeleteCloudGtmMonitorTemplate: { TemplateId: named(cloud.templates, 'Name', 'unused').TemplateId },

    DescribeCloudGtmAddress: { AddressId: address },
    DescribeCloudGtmAddressReference: { AddressId: address },
    ListCloudGtmAddresses: {
      ...page,
      Name: 'beijing-1',
      EnableStatus: 'enable',
      HealthStatus: 'ok',
      MonitorTemplateId: template,
    },
    SearchCloudGtmAddresses: {
      ...page,
      Names: ['beijing'],
      NameSearchCondition: 'or',
      Remarks: ['FIRST'],
      MonitorTemplateName: 'tc',
    },
    CreateCloudGtmAddress: {
      Name: 'made',
      Address: '203.0.113.77',
      Type: 'IPv4',
      EnableStatus: 'enable',
      AvailableMode: 'manual',
      ManualAvailableStatus: 'available',
      HealthJudgement: 'any_ok',
      HealthTasks: [{ TemplateId: template, Port: 0 }],
      Remark: 'new',
    },
    UpdateCloudGtmAddress: { AddressId: address, Name: 'beijing-1', HealthJudgement: 'all_ok' },
    UpdateCloudGtmAddressEnableStatus: { AddressId: address, EnableStatus: 'enable' },
    UpdateCloudGtmAddressManualAvailableStatus: { AddressId: address, AvailableMode: 'auto' },
    UpdateCloudGtmAddressRemark: { AddressId: address, Remark: '' },
    DeleteCloudGtmAddress: { AddressId: named(cloud.addresses, 'Name', 'unused').AddressId },

    DescribeCloudGtmAddressPool: { AddressPoolId: cloudPool },
    DescribeCloudGtmAddressPoolReference: { AddressPoolId: cloudPool },
    ListCloudGtmAddressPools: {
      ...page,
      AddressPoolName: 'beijing',
      AddressPoolType: 'IPv4',
      EnableStatus: 'enable',
    },
    SearchCloudGtmAddressPools: {
      ...page,
      AddressPoolName: 'BEI',
      AvailableStatus: 'available',
      HealthStatus: 'ok',
    },
    CreateCloudGtmAddressPool: {
      AddressPoolName: 'made',
      AddressPoolType: 'IPv4',
      EnableStatus: 'enable',
      HealthJudgement: 'p30_ok',
    },
    ReplaceCloudGtmAddressPoolAddress: {
      AddressPoolId: cloudPool,
      Addresses: [
        { AddressId: address, SerialNumber: 1, WeightValue: 100, RequestSource: ['default', 'telecom'] },
      ],
    },
    UpdateCloudGtmAddressPoolBasicConfig: {
      AddressPoolId: cloudPool,
      AddressPoolName: 'beijing',
      HealthJudgement: 'p70_ok',
    },
    UpdateCloudGtmAddressPoolEnableStatus: { AddressPoolId: cloudPool, EnableStatus: 'enable' },
    UpdateCloudGtmAddressPoolLbStrategy: {
      AddressPoolId: cloudPool,
      AddressLbStrategy: 'sequence',
      SequenceLbStrategyMode: 'nonPreemptive',
    },
    UpdateCloudGtmAddressPoolRemark: { AddressPoolId: cloudPool, Remark: 'why' },
    DeleteCloudGtmAddressPool: {
      AddressPoolId: named(cloud.pools, 'AddressPoolName', 'unused').AddressPoolId,
    },

    ListCloudGtmInstances: page,
    SearchCloudGtmInstances: { ...page, InstanceName: 'THR' },
    UpdateCloudGtmInstanceName: { InstanceId: 'gtm-cn-three', InstanceName: 'three' },
    DescribeCloudGtmSummary: {},
    DescribeCloudGtmSystemLines: {},
    DescribeCloudGtmInstanceConfigFullInfo: configId,
    ListCloudGtmInstanceConfigs: {
      ...page,
      InstanceId: 'gtm-cn-three',
      ScheduleDomainName: 'www.gtm3.example.com',
    },
    SearchCloudGtmInstanceConfigs: {
      ...page,
      ScheduleDomainName: 'www',
      AvailableStatus: 'available',
      HealthStatus: 'ok',
    },
    CreateCloudGtmInstanceConfig: {
      ChargeType: 'postpay',
      ScheduleZoneMode: 'custom',
      ScheduleZoneName: 'example.org',
      ScheduleHostname: '@',
      ScheduleRrType: 'AAAA',
      Ttl: 30,
      EnableStatus: 'disable',
      Remark: 'new',
    },
    UpdateCloudGtmInstanceConfigBasic: { ...configId, Ttl: 90 },
    UpdateCloudGtmInstanceConfigEnableStatus: { ...configId, EnableStatus: 'enable' },
    UpdateCloudGtmInstanceConfigLbStrategy: { ...configId, AddressPoolLbStrategy: 'weight' },
    UpdateCloudGtmInstanceConfigRemark: { ...configId, Remark: 'why' },
    SetCloudGtmInstanceConfigLogSwitch: { ...configId, Status: 'enable' },
    ReplaceCloudGtmInstanceConfigAddressPool: {
      ...configId,
      AddressPools: [{ AddressPoolId: cloudPool, SerialNumber: 2, WeightValue: 50, RequestSource: [] }],
    },
    DeleteCloudGtmInstanceConfig: {
      ConfigId: named(cloud.configs, 'ScheduleHostname', 'old').ConfigId,
      InstanceId: 'gtm-cn-three',
    },
    DescribeCloudGtmGlobalAlert: {},
    UpdateCloudGtmGlobalAlert: { AlertConfig: alerts, AlertGroup: ['default'] },
    DescribeCloudGtmInstanceConfigAlert: configId,
    UpdateCloudGtmInstanceConfigAlert: {
      ...configId,
      AlertMode: 'instance_config',
      AlertConfig: alerts,
      AlertGroup: ['default'],
    },
    ListCloudGtmAvailableAlertGroups: {},
    ListCloudGtmAlertLogs: { ...page, StartTimestamp: 0, EndTimestamp: 9_999_999_999_999 },
  };
}

/** Names as the SDK has them, at every depth. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [(name[0] ?? '').toLowerCase() + name.slice(1), camel(one)]),
  );
}

let rig: Rig;
let right: ReturnType<typeof calls>;

beforeAll(async () => {
  rig = await Rig.start({ account: ACCOUNT });
});
afterAll(() => rig[Symbol.asyncDispose]());

const call = (action: string, parameters: unknown) =>
  rig.sdk.call(action, camel(parameters) as Record<string, unknown>);

/** What the emulator leaves out, each for a reason. */
const LEFT_OUT: readonly RegExp[] = [
  // A pool without a health check has none.
  /\.MonitorConfigId$/,
  // Ping checks have no port.
  /\.Port$/,
  // Thresholds that nobody set.
  /\.(Qps)?Threshold$/,
  // The switch `configId` of the rig.
  /^\.ConfigId$/,
];

const known = ACTIONS.filter(one => one.generation !== '1.0');
const reads = known.filter(one => one.kind === 'read');
// Deletions take what others use.
const writes = known.filter(one => one.kind === 'write').sort((a, b) => rank(a) - rank(b));

function rank({ action }: ActionFacts): number {
  return action.startsWith('Delete') ? 1 : 0;
}

test('the table has all 79 actions, and the SDK the same', () => {
  expect(known).toHaveLength(28 + 51);
  const own = known.filter(one => one.request.length > 0).map(one => one.action);
  expect(Sdk.actions()).toEqual(expect.arrayContaining(own));
});

describe('names that every object inherits are ids and texts like any others', () => {
  const prototype = () => Object.getOwnPropertyDescriptors(Object.prototype);
  const inherited = Object.keys(prototype());

  /** What the emulator makes of a call, which changes nothing. */
  function outcome(action: string, parameters: Readonly<Record<string, unknown>>): 'done' | ApiError {
    const { account, view } = rig.serving.emulator;
    const settings = { configId: 'text', quotas: true } as const;
    try {
      execute(account, action, jsonParameters(action, parameters), { now: 0, view, settings });
      return 'done';
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  test.each(known)('$action', ({ action }) => {
    const parameters = calls(rig)[action] ?? {};
    const refersTo = action.startsWith('Search') || action.startsWith('List') ? /^$/ : /Id$/;
    const before = prototype();
    for (const name of inherited) {
      for (const [place, changed] of replaced(parameters, name)) {
        const result = outcome(action, { ...changed, ClientToken: name });
        if (refersTo.test(place))
          expect(result, place).toMatchObject({ code: expect.stringMatching(/\.NotExists$/), status: 404 });
        else if (result !== 'done') expect(result.status, place).toBe(400);
      }
      expect(outcome(action, { ...parameters, ClientToken: name })).toEqual(outcome(action, parameters));
    }
    expect(prototype()).toEqual(before);
  });

  test.each(inherited)('so is the owner of a resource group: %s', ResourceId => {
    const move = { ResourceId, NewResourceGroupId: 'rg' };
    expect(outcome('MoveGtmResourceGroup', move)).toMatchObject({ code: 'UnsupportedOperation' });
  });
});

describe('reads', () => {
  test.each(reads)('$action', async ({ action, response }) => {
    right = calls(rig);
    const parameters = right[action];
    expect(parameters, 'a right call of it').toBeDefined();
    const answer = await call(action, parameters);
    expect(answer.requestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    if ('totalItems' in answer && !action.endsWith('AlertLogs')) expect(answer.totalItems).toBeGreaterThan(0);
    const body = rig.serving.emulator.call(action, jsonParameters(action, parameters ?? {}));
    const { RequestId: _, ...shape } = response;
    const { wrong, missing } = differences(body, shape);
    expect(wrong).toEqual([]);
    expect(missing.filter(field => !LEFT_OUT.some(one => one.test(field)))).toEqual([]);
  });
});

describe('wrong parameters are refused, and change nothing', () => {
  test.each(known)('$action', async ({ action, request }) => {
    right = calls(rig);
    const before = JSON.stringify({ ...rig.serving.emulator.account, alerts: [] });
    for (const [what, parameters] of wrongCalls(right[action] ?? {}, request))
      await expect(call(action, parameters), `${action} ${what}`).rejects.toMatchObject({
        name: 'ClientError',
        code: expect.stringMatching(
          /^(MissingParameter|InvalidParameter|CloudGtm\.Address\.Available(Mode|Status)Invalid)$/,
        ),
        statusCode: 400,
      });
    expect(JSON.stringify({ ...rig.serving.emulator.account, alerts: [] })).toBe(before);
  });
});

test('unknown ids are refused with NotExists', async () => {
  right = calls(rig);
  for (const { action, request } of known) {
    for (const { name } of request) {
      if (
        !/^(InstanceId|AddrPoolId|StrategyId|MonitorConfigId|TemplateId|AddressId|AddressPoolId|ConfigId)$/.test(
          name,
        )
      )
        continue;
      if (/^(List|Search)/.test(action) || !(name in (right[action] ?? {}))) continue;
      await expect(
        call(action, { ...right[action], [name]: 'nosuch' }),
        `${action} ${name}`,
      ).rejects.toMatchObject({
        code: expect.stringMatching(/\.NotExists$/),
        statusCode: 404,
      });
    }
  }
});

describe('writes', () => {
  test.each(writes)('$action', async ({ action, response }) => {
    right = calls(rig);
    const answer = await call(action, right[action]);
    const expected = Object.keys(response).map(name => name[0]?.toLowerCase() + name.slice(1));
    expect(Object.keys(answer).filter(name => !expected.includes(name))).toEqual([]);
    const omitted = action === 'CreateCloudGtmInstanceConfig' ? ['configId'] : [];
    expect(expected.filter(name => answer[name] === undefined)).toEqual(omitted);
    if ('Success' in response) expect(answer.success).toBe(true);
  });
});

describe('GTM 1.0 is told apart from what nobody knows', () => {
  test.each(ACTIONS.filter(one => one.generation === '1.0'))('$action', async ({ action }) => {
    await expect(
      call(action, { ResourceId: 'x', NewResourceGroupId: 'y' }).catch(sdkOnly),
    ).rejects.toMatchObject({
      code: 'UnsupportedOperation',
      statusCode: 400,
    });
  });

  function sdkOnly(error: Error): never {
    throw error;
  }

  test('an action that there is not', () => {
    expect(() => rig.serving.emulator.call('DescribeNothing', {})).toThrow(
      expect.objectContaining({ code: 'InvalidApi.NotFound', status: 404 }),
    );
  });
});

/** 3.0's lists are JSON in one parameter, but for texts. */
function jsonParameters(action: string, parameters: Readonly<Record<string, unknown>>) {
  if (!action.includes('CloudGtm')) return flatten(parameters);
  return flatten(
    Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        Array.isArray(value) && !['Names', 'Remarks'].includes(name) ? JSON.stringify(value) : value,
      ]),
    ),
  );
}

/** The value with one of its texts replaced: each text once, with the field that it stands in. */
function* replaced<T>(value: T, text: string, field = ''): Generator<readonly [string, T]> {
  if (typeof value === 'string') yield [field, text as T];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    for (const [place, one] of replaced(inner, text, Array.isArray(value) ? field : key))
      yield [place, (Array.isArray(value) ? value.with(Number(key), one) : { ...value, [key]: one }) as T];
}

/** Right parameters with one of them left out, of no known word, or of no number. */
function* wrongCalls(
  parameters: Readonly<Record<string, unknown>>,
  request: readonly Parameter[],
): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  for (const { name, type, required, enum: words, fields } of request) {
    if (!(name in parameters)) continue;
    const isPage = name === 'PageNumber' || name === 'PageSize';
    if (required && !isPage) {
      const { [name]: _, ...others } = parameters;
      yield [`without ${name}`, others];
    }
    if (words && type === 'string') yield [`with ${name} nonsense`, { ...parameters, [name]: 'nonsense' }];
    if (type === 'integer') {
      yield [`with ${name} of letters`, { ...parameters, [name]: 'many' }];
      yield [`with ${name} negative`, { ...parameters, [name]: -1 }];
    }
    if (type === 'array' && fields && Array.isArray(parameters[name])) {
      const [first, ...rest] = parameters[name] as Record<string, unknown>[];
      for (const [what, inner] of wrongCalls(first ?? {}, fields))
        yield [`${what} in ${name}`, { ...parameters, [name]: [inner, ...rest] }];
    }
  }
}
