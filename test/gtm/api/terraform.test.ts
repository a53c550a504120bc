import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';
import { rpc } from './rpc.ts';
import { attributeIn, plain, RESOURCES, type Resource, type Values } from './terraform.ts';

/*
 * The calls of Terraform's provider (aliyun/alicloud), as its acceptance tests have it make them: by POST, with RPC
 * signatures, everything in the form, a ClientToken with each call of 3.0, and a read after each write. What is read must be
 * what the configuration says, for Terraform would plan to change it for ever: an attribute that the configuration leaves out
 * must not come back with a value, unless the provider says that the cloud may choose it.
 */

let rig: Rig;
let calls = 0;

beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function send(Action: string, parameters: Readonly<Record<string, string>>, Version = '2015-01-09') {
  calls += 1;
  const token = Action.includes('CloudGtm') && { ClientToken: `TF-${Action}-${calls}`.slice(0, 64) };
  const signed = rpc('POST', { ...parameters, ...token, Action, Version }, { nonce: String(calls) });
  const { method, headers, body } = signed;
  const response = await fetch(`http://${rig.serving.api}/`, { method, headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function call(action: string, parameters: Readonly<Record<string, string>>, version?: string) {
  const { status, body } = await send(action, parameters, version);
  if (status !== 200) throw new Error(`${action}: ${JSON.stringify(body)}`);
  return body as Record<string, string>;
}

interface Step {
  /** What changes in the configuration. */
  readonly changes: Values;
  readonly calls: readonly (readonly [action: string, parameters: Readonly<Record<string, string>>])[];
}

/** After each step, the plan is empty; at last, an import finds the same. `by` is what calls name the resource by. */
async function applies(
  type: keyof typeof RESOURCES,
  by: Readonly<Record<string, string>>,
  steps: readonly Step[],
): Promise<void> {
  const { read, attributes }: Resource = RESOURCES[type];
  let wanted: Values = {};
  for (const step of steps) {
    wanted = { ...wanted, ...step.changes };
    for (const [action, parameters] of step.calls) await call(action, { ...by, ...parameters });
    const answer = await call(read, by);
    const compared = Object.entries(attributes).filter(
      ([name, { computed, mode }]) =>
        (!computed || wanted[name] !== undefined) && (mode === undefined || mode === wanted['strategy_mode']),
    );
    const state = Object.fromEntries(compared.map(([name, one]) => [name, attributeIn(answer, one)]));
    expect(plain(state)).toEqual(plain(wanted));
  }
}

async function gone(type: keyof typeof RESOURCES, by: Readonly<Record<string, string>>, code: string) {
  expect(await send(RESOURCES[type].read, by)).toMatchObject({ status: 404, body: { Code: code } });
}

const BOUGHT = {
  ProductCode: 'dns',
  ProductType: 'dns_gtm_public_cn',
  SubscriptionType: 'Subscription',
  Period: '1',
  RenewalStatus: 'ManualRenewal',
  'Parameter.1.Code': 'PackageEdition',
  'Parameter.1.Value': 'ultimate',
  'Parameter.2.Code': 'HealthcheckTaskCount',
  'Parameter.2.Value': '100',
  'Parameter.3.Code': 'SmsNotificationCount',
  'Parameter.3.Value': '1000',
};

async function boughtInstance(ClientToken: string): Promise<string> {
  const answer = await call('CreateInstance', { ...BOUGHT, ClientToken }, '2017-12-14');
  expect(answer).toMatchObject({ Code: 'Success' });
  return (answer['Data'] as unknown as { InstanceId: string }).InstanceId;
}

async function addedPool(InstanceId: string, Name: string, Type: string, Addr: string): Promise<string> {
  const address = { 'Addr.1.Addr': Addr, 'Addr.1.AttributeInfo': '{}', 'Addr.1.Mode': 'SMART' };
  const pool = { InstanceId, Name, Type, LbaStrategy: 'ALL_RR', ...address, 'Addr.1.Remark': '' };
  return (await call('AddDnsGtmAddressPool', pool))['AddrPoolId'] ?? '';
}

describe('GTM 2.0', () => {
  test('alidns_gtm_instance', async () => {
    const InstanceId = await boughtInstance('one');
    expect(await boughtInstance('one'), 'the answer was lost, and asked for again').toBe(InstanceId);
    const name = { InstanceName: 'tf' };
    const alert = (i: number, type: string) => ({
      [`AlertConfig.${i}.NoticeType`]: type,
      [`AlertConfig.${i}.SmsNotice`]: 'false',
      [`AlertConfig.${i}.EmailNotice`]: 'true',
      [`AlertConfig.${i}.DingtalkNotice`]: 'true',
    });
    const notice = (notice_type: string) => ({ notice_type, email_notice: true, dingtalk_notice: true });
    const update = 'UpdateDnsGtmInstanceGlobalConfig';
    const created = {
      instance_name: 'tf',
      payment_type: 'Subscription',
      package_edition: 'ultimate',
      public_cname_mode: 'CUSTOM',
      public_rr: 'tf.gtm',
      public_zone_name: 'example.com',
      public_user_domain_name: 'tf.example.com',
      ttl: 60,
      cname_type: 'PUBLIC',
      resource_group_id: 'rg-1',
      alert_group: ['default'],
      strategy_mode: 'GEO',
      alert_config: [notice('ADDR_ALERT')],
    };
    const custom = {
      PublicCnameMode: 'CUSTOM',
      PublicRr: 'tf.gtm',
      PublicZoneName: 'example.com',
      PublicUserDomainName: 'tf.example.com',
      CnameType: 'PUBLIC',
    };
    await applies('alidns_gtm_instance', { InstanceId }, [
      {
        changes: created,
        calls: [
          ['MoveGtmResourceGroup', { ResourceId: InstanceId, NewResourceGroupId: 'rg-1' }],
          ['SwitchDnsGtmInstanceStrategyMode', { StrategyMode: 'GEO' }],
          [update, { ...name, ...custom, ...alert(1, 'ADDR_ALERT'), Ttl: '60', AlertGroup: '["default"]' }],
        ],
      },
      { changes: { instance_name: 'tf2' }, calls: [[update, { InstanceName: 'tf2' }]] },
      { changes: { ttl: 300 }, calls: [[update, { InstanceName: 'tf2', Ttl: '300' }]] },
      {
        changes: { strategy_mode: 'LATENCY' },
        calls: [['SwitchDnsGtmInstanceStrategyMode', { StrategyMode: 'LATENCY' }]],
      },
      {
        changes: { alert_group: ['default', 'second'] },
        calls: [[update, { InstanceName: 'tf2', AlertGroup: '["default","second"]' }]],
      },
      {
        changes: { alert_config: [notice('ADDR_RESUME'), notice('ADDR_POOL_GROUP_UNAVAILABLE')] },
        calls: [
          [update, { ...name, ...alert(1, 'ADDR_POOL_GROUP_UNAVAILABLE'), ...alert(2, 'ADDR_RESUME') }],
          [update, { InstanceName: 'tf2' }],
        ],
      },
    ]);
    await gone('alidns_gtm_instance', { InstanceId: 'gtm-cn-nosuch' }, 'DnsGtmInstance.NotExists');
  });

  test('alidns_address_pool and alidns_monitor_config', async () => {
    const InstanceId = await boughtInstance('two');
    const AddrPoolId = await addedPool(InstanceId, 'tf', 'IPV4', '192.0.2.1');
    const address = { 'Addr.1.Addr': '192.0.2.1', 'Addr.1.AttributeInfo': '{"lineCodes":["default"]}' };
    const addresses = { ...address, 'Addr.1.Mode': 'ONLINE', 'Addr.1.Remark': 'r', 'Addr.1.LbaWeight': '2' };
    await applies('alidns_address_pool', { AddrPoolId }, [
      { changes: { address_pool_name: 'tf', lba_strategy: 'ALL_RR', type: 'IPV4' }, calls: [] },
      {
        changes: { address_pool_name: 'tf2', lba_strategy: 'RATIO' },
        calls: [['UpdateDnsGtmAddressPool', { ...addresses, Name: 'tf2', LbaStrategy: 'RATIO' }]],
      },
    ]);
    const nodeCodes = (...codes: (readonly [string, string])[]) =>
      Object.fromEntries(
        codes.flatMap(([city, isp], i) => [
          [`IspCityNode.${i + 1}.CityCode`, city],
          [`IspCityNode.${i + 1}.IspCode`, isp],
        ]),
      );
    const info = '{"failureRate":50,"port":80}';
    const first = { MonitorExtendInfo: info, ProtocolType: 'TCP', ...nodeCodes(['503', '465']) };
    const { MonitorConfigId = '' } = await call('AddDnsGtmMonitor', {
      ...first,
      AddrPoolId,
      EvaluationCount: '1',
      Interval: '60',
      Timeout: '5000',
    });
    await applies('alidns_monitor_config', { MonitorConfigId }, [
      {
        changes: {
          evaluation_count: 1,
          interval: 60,
          timeout: 5000,
          protocol_type: 'TCP',
          monitor_extend_info: info,
          isp_city_node: [{ city_code: '503', isp_code: '465' }],
        },
        calls: [],
      },
      {
        changes: { evaluation_count: 3, timeout: 3000 },
        calls: [['UpdateDnsGtmMonitor', { ...first, EvaluationCount: '3', Timeout: '3000' }]],
      },
      {
        changes: {
          protocol_type: 'PING',
          monitor_extend_info: '{"failureRate":50,"packetLossRate":10,"packetNum":20}',
          isp_city_node: [
            { city_code: '738', isp_code: '465' },
            { city_code: '503', isp_code: '465' },
          ],
        },
        calls: [
          [
            'UpdateDnsGtmMonitor',
            {
              ProtocolType: 'PING',
              MonitorExtendInfo: '{"failureRate":50,"packetLossRate":10,"packetNum":20}',
              ...nodeCodes(['738', '465'], ['503', '465']),
            },
          ],
        ],
      },
    ]);
    await call('DeleteDnsGtmAddressPool', { AddrPoolId });
    await gone('alidns_address_pool', { AddrPoolId }, 'DnsGtmAddrPool.NotExists');
    await gone('alidns_monitor_config', { MonitorConfigId }, 'DnsGtmMonitor.NotExists');
  });

  test('alidns_access_strategy, by lines', async () => {
    const InstanceId = await boughtInstance('three');
    const [v4, v4Backup] = [
      await addedPool(InstanceId, 'v4', 'IPV4', '192.0.2.1'),
      await addedPool(InstanceId, 'v4 backup', 'IPV4', '192.0.2.2'),
    ];
    const [v6, v6Backup] = [
      await addedPool(InstanceId, 'v6', 'IPV6', '2001:db8::1'),
      await addedPool(InstanceId, 'v6 backup', 'IPV6', '2001:db8::2'),
    ];
    const primary = {
      StrategyName: 'tf',
      Lines: '["default"]',
      DefaultAddrPoolType: 'IPV4',
      DefaultLbaStrategy: 'ALL_RR',
      DefaultMinAvailableAddrNum: '1',
      'DefaultAddrPool.1.Id': v4,
    };
    const { StrategyId = '' } = await call('AddDnsGtmAccessStrategy', {
      ...primary,
      InstanceId,
      StrategyMode: 'GEO',
    });
    const failover = {
      FailoverAddrPoolType: 'IPV4',
      FailoverLbaStrategy: 'ALL_RR',
      FailoverMinAvailableAddrNum: '1',
      'FailoverAddrPool.1.Id': v4Backup,
    };
    const six = { DefaultAddrPoolType: 'IPV6', 'DefaultAddrPool.1.Id': v6 };
    const sixBackup = { FailoverAddrPoolType: 'IPV6', 'FailoverAddrPool.1.Id': v6Backup };
    const update = 'UpdateDnsGtmAccessStrategy';
    await applies('alidns_access_strategy', { StrategyId }, [
      {
        changes: {
          instance_id: InstanceId,
          strategy_mode: 'GEO',
          strategy_name: 'tf',
          lines: [{ line_code: 'default' }],
          default_addr_pool_type: 'IPV4',
          default_lba_strategy: 'ALL_RR',
          default_min_available_addr_num: 1,
          default_addr_pools: [{ addr_pool_id: v4 }],
        },
        calls: [],
      },
      { changes: { strategy_name: 'tf1' }, calls: [[update, { ...primary, StrategyName: 'tf1' }]] },
      {
        changes: {
          strategy_name: 'tf',
          failover_addr_pool_type: 'IPV4',
          failover_lba_strategy: 'ALL_RR',
          failover_min_available_addr_num: 1,
          failover_addr_pools: [{ addr_pool_id: v4Backup }],
        },
        calls: [[update, { ...primary, ...failover }]],
      },
      {
        changes: {
          default_addr_pool_type: 'IPV6',
          default_addr_pools: [{ addr_pool_id: v6 }],
          failover_addr_pool_type: 'IPV6',
          failover_addr_pools: [{ addr_pool_id: v6Backup }],
        },
        calls: [[update, { ...primary, ...failover, ...six, ...sixBackup }]],
      },
      {
        changes: { access_mode: 'DEFAULT' },
        calls: [[update, { ...primary, ...failover, ...six, ...sixBackup, AccessMode: 'DEFAULT' }]],
      },
      {
        changes: {
          default_lba_strategy: 'RATIO',
          default_addr_pools: [{ addr_pool_id: v6, lba_weight: 1 }],
        },
        calls: [
          [
            update,
            {
              ...primary,
              ...failover,
              ...six,
              ...sixBackup,
              DefaultLbaStrategy: 'RATIO',
              'DefaultAddrPool.1.LbaWeight': '1',
            },
          ],
        ],
      },
    ]);
    await call('DeleteDnsGtmAccessStrategy', { StrategyId });
    await gone('alidns_access_strategy', { StrategyId }, 'DnsGtmAccessStrategy.NotExists');
  });

  test('alidns_access_strategy, by latency', async () => {
    const InstanceId = await boughtInstance('four');
    await call('SwitchDnsGtmInstanceStrategyMode', { InstanceId, StrategyMode: 'LATENCY' });
    const [pool, backup] = [
      await addedPool(InstanceId, 'a', 'IPV4', '192.0.2.1'),
      await addedPool(InstanceId, 'b', 'IPV4', '192.0.2.2'),
    ];
    const primary = {
      StrategyName: 'tf',
      DefaultAddrPoolType: 'IPV4',
      DefaultMaxReturnAddrNum: '2',
      DefaultLatencyOptimization: 'OPEN',
      DefaultMinAvailableAddrNum: '1',
      'DefaultAddrPool.1.Id': pool,
    };
    const { StrategyId = '' } = await call('AddDnsGtmAccessStrategy', {
      ...primary,
      InstanceId,
      StrategyMode: 'LATENCY',
    });
    const failover = {
      FailoverAddrPoolType: 'IPV4',
      FailoverMinAvailableAddrNum: '1',
      FailoverMaxReturnAddrNum: '3',
      FailoverLatencyOptimization: 'CLOSE',
      'FailoverAddrPool.1.Id': backup,
    };
    await applies('alidns_access_strategy', { StrategyId }, [
      {
        changes: {
          access_mode: 'AUTO',
          instance_id: InstanceId,
          strategy_mode: 'LATENCY',
          strategy_name: 'tf',
          default_addr_pool_type: 'IPV4',
          default_max_return_addr_num: 2,
          default_latency_optimization: 'OPEN',
          default_min_available_addr_num: 1,
          default_addr_pools: [{ addr_pool_id: pool }],
        },
        calls: [],
      },
      {
        changes: {
          failover_addr_pool_type: 'IPV4',
          failover_min_available_addr_num: 1,
          failover_max_return_addr_num: 3,
          failover_latency_optimization: 'CLOSE',
          failover_addr_pools: [{ addr_pool_id: backup }],
        },
        calls: [['UpdateDnsGtmAccessStrategy', { ...primary, ...failover }]],
      },
    ]);
  });
});

const TEMPLATE = {
  IpVersion: 'IPv4',
  Interval: '60',
  Timeout: '2000',
  EvaluationCount: '1',
  FailureRate: '50',
  IspCityNodes: '[{"CityCode":"357","IspCode":"465"},{"CityCode":"738","IspCode":"465"}]',
};

async function createdTemplate(parameters: Readonly<Record<string, string>>): Promise<string> {
  return (await call('CreateCloudGtmMonitorTemplate', { ...TEMPLATE, ...parameters }))['TemplateId'] ?? '';
}

describe('GTM 3.0', () => {
  test('alidns_cloud_gtm_monitor_template', async () => {
    const info = '{"code":500,"followRedirect":true,"path":"/"}';
    const TemplateId = await createdTemplate({ Name: 'tf', Protocol: 'http', ExtendInfo: info });
    const kept = { ...TEMPLATE, Name: 'tf', ExtendInfo: info };
    const update = 'UpdateCloudGtmMonitorTemplate';
    await applies('alidns_cloud_gtm_monitor_template', { TemplateId }, [
      {
        changes: {
          ip_version: 'IPv4',
          timeout: '2000',
          interval: '60',
          evaluation_count: 1,
          failure_rate: 50,
          protocol: 'http',
          extend_info: info,
          name: 'tf',
          isp_city_nodes: [
            { city_code: '738', isp_code: '465' },
            { city_code: '357', isp_code: '465' },
          ],
        },
        calls: [],
      },
      { changes: { remark: 'r' }, calls: [['UpdateCloudGtmMonitorTemplateRemark', { Remark: 'r' }]] },
      {
        changes: { name: 'tf2', interval: '300', failure_rate: 20 },
        calls: [[update, { ...kept, Name: 'tf2', Interval: '300', FailureRate: '20' }]],
      },
      { changes: { remark: '' }, calls: [['UpdateCloudGtmMonitorTemplateRemark', { Remark: '' }]] },
    ]);
    await call('DeleteCloudGtmMonitorTemplate', { TemplateId });
    await gone('alidns_cloud_gtm_monitor_template', { TemplateId }, 'CloudGtm.MonitorTemplate.NotExists');
    // Without what to check for, as of TCP, and what the read found instead given back.
    const tcp = await createdTemplate({ Name: 'tcp', Protocol: 'tcp' });
    const { ExtendInfo = '' } = await call('DescribeCloudGtmMonitorTemplate', { TemplateId: tcp });
    await call(update, { ...TEMPLATE, TemplateId: tcp, Name: 'tcp2', ExtendInfo });
  });

  test('alidns_cloud_gtm_address, checked, then set by hand, then not checked', async () => {
    const ping = await createdTemplate({
      Name: 'ping',
      Protocol: 'ping',
      ExtendInfo: '{"packetLossRate":10,"packetNum":20}',
    });
    const tcp = await createdTemplate({ Name: 'tcp', Protocol: 'tcp', ExtendInfo: '{}' });
    const tasks = [
      { Port: 0, TemplateId: ping },
      { Port: 53, TemplateId: tcp },
    ];
    const { AddressId = '' } = await call('CreateCloudGtmAddress', {
      HealthTasks: JSON.stringify(tasks),
      HealthJudgement: 'all_ok',
      Name: 'tf',
      Address: '192.0.2.1',
      EnableStatus: 'enable',
      AvailableMode: 'manual',
      ManualAvailableStatus: 'available',
      Remark: 'r',
      Type: 'IPv4',
    });
    await applies('alidns_cloud_gtm_address', { AddressId }, [
      {
        changes: {
          type: 'IPv4',
          health_judgement: 'all_ok',
          health_tasks: [{ template_id: ping }, { port: 53, template_id: tcp }],
          address: '192.0.2.1',
          enable_status: 'enable',
          available_mode: 'manual',
          manual_available_status: 'available',
          name: 'tf',
          remark: 'r',
        },
        calls: [],
      },
      {
        changes: {
          health_judgement: 'any_ok',
          health_tasks: [{ template_id: ping }],
          address: '192.0.2.2',
          enable_status: 'disable',
        },
        calls: [
          [
            'UpdateCloudGtmAddress',
            {
              HealthTasks: JSON.stringify(tasks.slice(0, 1)),
              HealthJudgement: 'any_ok',
              Name: 'tf',
              Address: '192.0.2.2',
            },
          ],
          ['UpdateCloudGtmAddressEnableStatus', { EnableStatus: 'disable' }],
        ],
      },
      {
        changes: { health_tasks: [], available_mode: 'auto', remark: 'test' },
        calls: [
          [
            'UpdateCloudGtmAddress',
            { HealthTasks: '[]', HealthJudgement: 'any_ok', Name: 'tf', Address: '192.0.2.2' },
          ],
          ['UpdateCloudGtmAddressManualAvailableStatus', { AvailableMode: 'auto' }],
          ['UpdateCloudGtmAddressRemark', { Remark: 'test' }],
        ],
      },
    ]);
    await call('DeleteCloudGtmAddress', { AddressId });
    await gone('alidns_cloud_gtm_address', { AddressId }, 'CloudGtm.Address.NotExists');
  });

  test.each([
    ['domain', 'www.example.com'],
    ['IPv6', '2400:3200:baba:0:0:0:0:1'],
  ])('alidns_cloud_gtm_address of type %s, first left to its health', async (type, address) => {
    const { AddressId = '' } = await call('CreateCloudGtmAddress', {
      HealthJudgement: 'all_ok',
      Name: 'tf',
      Address: address,
      EnableStatus: 'enable',
      AvailableMode: 'auto',
      Type: type,
    });
    await applies('alidns_cloud_gtm_address', { AddressId }, [
      {
        changes: {
          type,
          address,
          health_judgement: 'all_ok',
          enable_status: 'enable',
          available_mode: 'auto',
          name: 'tf',
        },
        calls: [],
      },
      {
        changes: { available_mode: 'manual', manual_available_status: 'unavailable' },
        calls: [
          [
            'UpdateCloudGtmAddressManualAvailableStatus',
            { AvailableMode: 'manual', ManualAvailableStatus: 'unavailable' },
          ],
        ],
      },
    ]);
  });

  test('alidns_cloud_gtm_address_pool', async () => {
    const pool = { AddressPoolName: 'tf', AddressPoolType: 'IPv4', HealthJudgement: 'all_ok' };
    const { AddressPoolId = '' } = await call('CreateCloudGtmAddressPool', {
      ...pool,
      EnableStatus: 'enable',
      Remark: 'r',
    });
    const strategy = 'UpdateCloudGtmAddressPoolLbStrategy';
    await applies('alidns_cloud_gtm_address_pool', { AddressPoolId }, [
      {
        changes: {
          address_pool_name: 'tf',
          health_judgement: 'all_ok',
          address_pool_type: 'IPv4',
          enable_status: 'enable',
          address_lb_strategy: 'sequence',
          sequence_lb_strategy_mode: 'preemptive',
          remark: 'r',
        },
        calls: [[strategy, { AddressLbStrategy: 'sequence', SequenceLbStrategyMode: 'preemptive' }]],
      },
      {
        changes: {
          address_pool_name: 'tf2',
          health_judgement: 'any_ok',
          enable_status: 'disable',
          sequence_lb_strategy_mode: 'nonPreemptive',
        },
        calls: [
          ['UpdateCloudGtmAddressPoolBasicConfig', { AddressPoolName: 'tf2', HealthJudgement: 'any_ok' }],
          ['UpdateCloudGtmAddressPoolEnableStatus', { EnableStatus: 'disable' }],
          [strategy, { AddressLbStrategy: 'sequence', SequenceLbStrategyMode: 'nonPreemptive' }],
        ],
      },
      {
        changes: { address_lb_strategy: 'weight', sequence_lb_strategy_mode: '', remark: 'test' },
        calls: [
          [strategy, { AddressLbStrategy: 'weight', SequenceLbStrategyMode: '' }],
          ['UpdateCloudGtmAddressPoolRemark', { Remark: 'test' }],
        ],
      },
      {
        changes: { address_lb_strategy: 'round_robin' },
        calls: [[strategy, { AddressLbStrategy: 'round_robin' }]],
      },
    ]);
    await call('DeleteCloudGtmAddressPool', { AddressPoolId });
    await gone('alidns_cloud_gtm_address_pool', { AddressPoolId }, 'CloudGtm.AddressPool.NotExists');
  });

  test('alidns_cloud_gtm_instance_config', async () => {
    const { ConfigId = '', InstanceId = '' } = await call('CreateCloudGtmInstanceConfig', {
      EnableStatus: 'disable',
      Remark: 'r',
      Ttl: '600',
      ChargeType: 'postpay',
      ScheduleZoneMode: 'custom',
      ScheduleHostname: 'tf',
      ScheduleRrType: 'A',
      ScheduleZoneName: 'example.com',
    });
    const strategy = 'UpdateCloudGtmInstanceConfigLbStrategy';
    await applies('alidns_cloud_gtm_instance_config', { ConfigId, InstanceId }, [
      {
        changes: {
          address_pool_lb_strategy: 'sequence',
          sequence_lb_strategy_mode: 'preemptive',
          schedule_rr_type: 'A',
          schedule_zone_name: 'example.com',
          schedule_zone_mode: 'custom',
          schedule_host_name: 'tf',
          enable_status: 'disable',
          ttl: 600,
          remark: 'r',
        },
        // Without a strategy, its parameter is sent empty.
        calls: [[strategy, { AddressPoolLbStrategy: '', SequenceLbStrategyMode: 'preemptive' }]],
      },
      {
        changes: {
          schedule_zone_name: 'two.example.com',
          schedule_host_name: 'tf-2',
          enable_status: 'enable',
          ttl: 60,
          sequence_lb_strategy_mode: 'nonPreemptive',
          remark: 'r2',
        },
        calls: [
          [
            'UpdateCloudGtmInstanceConfigBasic',
            { Ttl: '60', ScheduleHostname: 'tf-2', ScheduleZoneName: 'two.example.com' },
          ],
          ['UpdateCloudGtmInstanceConfigEnableStatus', { EnableStatus: 'enable' }],
          [strategy, { AddressPoolLbStrategy: 'sequence', SequenceLbStrategyMode: 'nonPreemptive' }],
          ['UpdateCloudGtmInstanceConfigRemark', { Remark: 'r2' }],
        ],
      },
      {
        changes: { address_pool_lb_strategy: 'round_robin', sequence_lb_strategy_mode: '' },
        calls: [[strategy, { AddressPoolLbStrategy: 'round_robin', SequenceLbStrategyMode: '' }]],
      },
    ]);
    const config = { ConfigId, InstanceId };
    await call('DeleteCloudGtmInstanceConfig', config);
    await gone('alidns_cloud_gtm_instance_config', config, 'CloudGtm.InstanceConfig.NotExists');
  });
});
