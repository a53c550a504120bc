import * as z from 'zod';
import { type AddressPool, type Instance, type MonitorConfig, newText, timeText } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import { conflict } from '../errors.ts';
import { readExtendInfo } from '../extend-info.ts';
import { oneOf, optional, text, whole, word } from '../parameters.ts';
import { checkedNodes, cityNodes, nodeDetails } from '../values.ts';
import { instanceOf, logged, monitorOf, monitorOfPool, poolOf, requireUltimate } from './common.ts';

/* GTM 2.0: the health checks of address pools. */

export const check = {
  ProtocolType: word('HTTP', 'HTTPS', 'PING', 'TCP'),
  Interval: whole(15, 3600),
  Timeout: oneOf(2000, 3000, 5000, 10_000),
  EvaluationCount: oneOf(1, 2, 3),
  MonitorExtendInfo: z.string().min(1),
  IspCityNode: cityNodes,
};

type CheckParameters = z.output<z.ZodObject<typeof check>>;

/** A pool's new health check, which is open. @throws ApiError */
export function makeMonitor(
  { account, now }: Pick<Call<unknown>, 'account' | 'now'>,
  pool: AddressPool,
  parameters: CheckParameters,
): MonitorConfig {
  const instance = instanceOf(account, pool.InstanceId);
  const { ProtocolType, Interval, Timeout, EvaluationCount, MonitorExtendInfo, IspCityNode } = parameters;
  checkInterval(instance, Interval);
  readExtendInfo(ProtocolType, MonitorExtendInfo, 'MonitorExtendInfo');
  return {
    MonitorConfigId: newText(account, 8),
    AddrPoolId: pool.AddrPoolId,
    status: 'OPEN',
    ProtocolType,
    Interval,
    Timeout,
    EvaluationCount,
    MonitorExtendInfo,
    IspCityNode: checkedNodes(IspCityNode, 'IspCityNode'),
    created: now,
    updated: now,
  };
}

function checkInterval(instance: Instance, seconds: number): void {
  if (seconds < 60) requireUltimate(instance, 'Interval', 'an interval below 60 seconds');
}

/** Writes about a pool into the log. */
function loggedMonitor(
  call: Call<unknown>,
  monitor: MonitorConfig,
  OperAction: 'add' | 'update',
  Content: string,
): void {
  const { InstanceId, Name: EntityName } = poolOf(call.account, monitor.AddrPoolId);
  const EntityId = monitor.MonitorConfigId;
  logged(call, { InstanceId, EntityType: 'MONITOR', EntityId, EntityName, OperAction, Content });
}

export const monitorActions: Actions = {
  AddDnsGtmMonitor: write(z.object({ AddrPoolId: text, ...check }), call => {
    const { account, parameters } = call;
    const pool = poolOf(account, parameters.AddrPoolId);
    const before = monitorOfPool(account, pool.AddrPoolId);
    if (before)
      throw conflict(
        'DnsGtmMonitor.Duplicate',
        `The address pool has the health check ${before.MonitorConfigId} already.`,
      );
    const monitor = makeMonitor(call, pool, parameters);
    account.monitors[monitor.MonitorConfigId] = monitor;
    loggedMonitor(call, monitor, 'add', monitor.ProtocolType);
    return { MonitorConfigId: monitor.MonitorConfigId };
  }),
  UpdateDnsGtmMonitor: write(
    z.object({
      MonitorConfigId: text,
      ...check,
      Interval: optional(check.Interval),
      Timeout: optional(check.Timeout),
      EvaluationCount: optional(check.EvaluationCount),
    }),
    call => {
      const { account, parameters, now } = call;
      const monitor = monitorOf(account, parameters.MonitorConfigId);
      const { Interval = monitor.Interval, Timeout = monitor.Timeout } = parameters;
      const { EvaluationCount = monitor.EvaluationCount, ProtocolType, MonitorExtendInfo } = parameters;
      checkInterval(instanceOf(account, poolOf(account, monitor.AddrPoolId).InstanceId), Interval);
      readExtendInfo(ProtocolType, MonitorExtendInfo, 'MonitorExtendInfo');
      const IspCityNode = checkedNodes(parameters.IspCityNode, 'IspCityNode');
      const changes = { Interval, Timeout, EvaluationCount, ProtocolType, MonitorExtendInfo, IspCityNode };
      Object.assign(monitor, changes, { updated: now });
      loggedMonitor(call, monitor, 'update', JSON.stringify(changes));
      return {};
    },
  ),
  SetDnsGtmMonitorStatus: write(z.object({ MonitorConfigId: text, Status: word('OPEN', 'CLOSE') }), call => {
    const monitor = monitorOf(call.account, call.parameters.MonitorConfigId);
    monitor.status = call.parameters.Status;
    monitor.updated = call.now;
    loggedMonitor(call, monitor, 'update', `status ${monitor.status}`);
    return {};
  }),
  DescribeDnsGtmMonitorConfig: read(z.object({ MonitorConfigId: text }), ({ account, parameters }) => {
    const {
      created,
      updated,
      status: _,
      AddrPoolId: __,
      ...monitor
    } = monitorOf(account, parameters.MonitorConfigId);
    const { IspCityNode, ...rest } = monitor;
    return {
      ...rest,
      IspCityNodes: { IspCityNode: IspCityNode.map(nodeDetails) },
      CreateTime: timeText(created),
      CreateTimestamp: created,
      UpdateTime: timeText(updated),
      UpdateTimestamp: updated,
    };
  }),
};
