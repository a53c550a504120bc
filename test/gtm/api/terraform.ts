/*
 * What the GTM resources of Terraform's provider (aliyun/alicloud) read, and how Terraform compares it with a configuration.
 */

export type Values = Readonly<Record<string, unknown>>;

export interface Attribute {
  /** Where the provider's read finds it in the answer. */
  readonly at: string;
  /** The cloud may choose it where the configuration does not. */
  readonly computed?: true;
  /** It is looked at in this strategy mode only. */
  readonly mode?: 'GEO' | 'LATENCY';
  /** A set of blocks: their attributes, and what these are in the answer. */
  readonly block?: Readonly<Record<string, string>>;
  /** The answer has it as the text of a JSON list. */
  readonly json?: true;
}

export interface Resource {
  readonly read: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const nodes = { city_code: 'CityCode', isp_code: 'IspCode' };
const pools = { addr_pool_id: 'Id', lba_weight: 'LbaWeight' };

export const RESOURCES = {
  alidns_gtm_instance: {
    read: 'DescribeDnsGtmInstance',
    attributes: {
      resource_group_id: { at: 'ResourceGroupId' },
      payment_type: { at: 'PaymentType' },
      package_edition: { at: 'VersionCode' },
      cname_type: { at: 'Config.CnameType', computed: true },
      instance_name: { at: 'Config.InstanceName' },
      strategy_mode: { at: 'Config.StrategyMode', computed: true },
      public_cname_mode: { at: 'Config.PublicCnameMode', computed: true },
      public_rr: { at: 'Config.PublicRr', computed: true },
      public_user_domain_name: { at: 'Config.PublicUserDomainName', computed: true },
      public_zone_name: { at: 'Config.PubicZoneName', computed: true },
      ttl: { at: 'Config.Ttl' },
      alert_group: { at: 'Config.AlertGroup', json: true },
      alert_config: {
        at: 'Config.AlertConfig.AlertConfig',
        block: {
          notice_type: 'NoticeType',
          sms_notice: 'SmsNotice',
          email_notice: 'EmailNotice',
          dingtalk_notice: 'DingtalkNotice',
        },
      },
    },
  },
  alidns_address_pool: {
    read: 'DescribeDnsGtmInstanceAddressPool',
    attributes: {
      address_pool_name: { at: 'Name' },
      lba_strategy: { at: 'LbaStrategy' },
      type: { at: 'Type' },
    },
  },
  alidns_monitor_config: {
    read: 'DescribeDnsGtmMonitorConfig',
    attributes: {
      evaluation_count: { at: 'EvaluationCount' },
      interval: { at: 'Interval' },
      monitor_extend_info: { at: 'MonitorExtendInfo' },
      protocol_type: { at: 'ProtocolType' },
      timeout: { at: 'Timeout' },
      isp_city_node: { at: 'IspCityNodes.IspCityNode', block: nodes },
    },
  },
  alidns_access_strategy: {
    read: 'DescribeDnsGtmAccessStrategy',
    attributes: {
      access_mode: { at: 'AccessMode', computed: true },
      instance_id: { at: 'InstanceId' },
      strategy_mode: { at: 'StrategyMode' },
      strategy_name: { at: 'StrategyName' },
      lines: { at: 'Lines.Line', block: { line_code: 'LineCode' } },
      default_addr_pool_type: { at: 'DefaultAddrPoolType' },
      default_addr_pools: { at: 'DefaultAddrPools.DefaultAddrPool', block: pools },
      default_min_available_addr_num: { at: 'DefaultMinAvailableAddrNum' },
      default_lba_strategy: { at: 'DefaultLbaStrategy', mode: 'GEO' },
      default_max_return_addr_num: { at: 'DefaultMaxReturnAddrNum', mode: 'LATENCY' },
      default_latency_optimization: { at: 'DefaultLatencyOptimization', mode: 'LATENCY' },
      failover_addr_pool_type: { at: 'FailoverAddrPoolType' },
      failover_addr_pools: { at: 'FailoverAddrPools.FailoverAddrPool', block: pools },
      failover_min_available_addr_num: { at: 'FailoverMinAvailableAddrNum' },
      failover_lba_strategy: { at: 'FailoverLbaStrategy', mode: 'GEO' },
      failover_max_return_addr_num: { at: 'FailoverMaxReturnAddrNum', mode: 'LATENCY' },
      failover_latency_optimization: { at: 'FailoverLatencyOptimization', mode: 'LATENCY' },
    },
  },
  alidns_cloud_gtm_monitor_template: {
    read: 'DescribeCloudGtmMonitorTemplate',
    attributes: {
      evaluation_count: { at: 'EvaluationCount' },
      extend_info: { at: 'ExtendInfo', computed: true },
      failure_rate: { at: 'FailureRate' },
      interval: { at: 'Interval' },
      ip_version: { at: 'IpVersion' },
      isp_city_nodes: { at: 'IspCityNodes.IspCityNode', block: nodes },
      name: { at: 'Name' },
      protocol: { at: 'Protocol' },
      remark: { at: 'Remark' },
      timeout: { at: 'Timeout' },
    },
  },
  alidns_cloud_gtm_address: {
    read: 'DescribeCloudGtmAddress',
    attributes: {
      address: { at: 'Address' },
      available_mode: { at: 'AvailableMode' },
      create_time: { at: 'CreateTime', computed: true },
      enable_status: { at: 'EnableStatus' },
      health_judgement: { at: 'HealthJudgement' },
      health_tasks: {
        at: 'HealthTasks.HealthTask',
        block: { port: 'Port', template_id: 'TemplateId' },
      },
      manual_available_status: { at: 'ManualAvailableStatus' },
      name: { at: 'Name' },
      remark: { at: 'Remark' },
      type: { at: 'Type' },
    },
  },
  alidns_cloud_gtm_address_pool: {
    read: 'DescribeCloudGtmAddressPool',
    attributes: {
      address_lb_strategy: { at: 'AddressLbStrategy' },
      address_pool_name: { at: 'AddressPoolName' },
      address_pool_type: { at: 'AddressPoolType' },
      create_time: { at: 'CreateTime', computed: true },
      enable_status: { at: 'EnableStatus' },
      health_judgement: { at: 'HealthJudgement' },
      remark: { at: 'Remark' },
      sequence_lb_strategy_mode: { at: 'SequenceLbStrategyMode' },
    },
  },
  alidns_cloud_gtm_instance_config: {
    read: 'DescribeCloudGtmInstanceConfigFullInfo',
    attributes: {
      address_pool_lb_strategy: { at: 'AddressPoolLbStrategy' },
      config_id: { at: 'ConfigId', computed: true },
      enable_status: { at: 'EnableStatus' },
      instance_id: { at: 'InstanceId', computed: true },
      remark: { at: 'Remark' },
      schedule_host_name: { at: 'ScheduleHostname' },
      schedule_rr_type: { at: 'ScheduleRrType' },
      schedule_zone_mode: { at: 'ScheduleZoneMode' },
      schedule_zone_name: { at: 'ScheduleZoneName' },
      sequence_lb_strategy_mode: { at: 'SequenceLbStrategyMode' },
      ttl: { at: 'Ttl' },
    },
  },
} as const satisfies Record<string, Resource>;

/** As Terraform compares: everything is a text, sets have no order, and zero values are the same as none. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return list.length > 0 ? list : undefined;
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map(key => [key, plain((value as Values)[key])])
        .filter(([, one]) => one !== undefined),
    );
  return value === undefined || value === null || ['', '0', 'false'].includes(String(value))
    ? undefined
    : String(value);
}

function found(answer: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Values | undefined)?.[key], answer);
}

export function attributeIn(answer: unknown, { at, block, json }: Attribute): unknown {
  const value = found(answer, at);
  // The provider takes it for a text, and ends without.
  if (json) return JSON.parse(value as string);
  if (block === undefined) return value;
  return (value as Values[]).map(one =>
    Object.fromEntries(Object.entries(block).map(([name, wire]) => [name, one[wire]])),
  );
}
