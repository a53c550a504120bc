import { canonicalAddress } from '../../runtime/ip-address.ts';
import { nodeName } from '../catalogue.ts';
import type { Check } from '../prober.ts';
import type { Plan } from '../service.ts';
import type { Account } from './account.ts';
import { type CloudAddress, type InstanceConfig, type MonitorTemplate, taskKey } from './cloud.ts';
import { readExtendInfo } from './extend-info.ts';
import { type EmulatorSettings, monitorOf, resolveInstance } from './gtm2/resolve.ts';
import { cloudConfig, cloudName } from './gtm3/resolve.ts';

/** All that the account's GTM has to do. */
export function planOf(account: Account, emulator: EmulatorSettings): Plan {
  const { cloud } = account;
  const configs = Object.values(cloud.configs);
  const isEnabled = (config: InstanceConfig) => config.EnableStatus === 'enable';
  return {
    instances: Object.values(account.instances).flatMap(one => resolveInstance(account, one, emulator) ?? []),
    configs: configs.filter(isEnabled).map(config => cloudConfig(cloud, config)),
    disabled: configs.filter(config => !isEnabled(config)).map(cloudName),
    checks: Object.values(cloud.addresses)
      .filter(address => address.EnableStatus === 'enable')
      .flatMap(address => cloudChecks(account, address, emulator)),
  };
}

function cloudChecks(
  { cloud }: Account,
  address: CloudAddress,
  emulator: EmulatorSettings,
): readonly Check[] {
  return address.HealthTasks.flatMap(task => {
    const template = cloud.templates[task.TemplateId];
    if (template === undefined) return [];
    const monitor = templateMonitor(template, address, task.Port, emulator);
    return [{ key: taskKey(address.AddressId, task), address: canonicalAddress(address.Address), monitor }];
  });
}

function templateMonitor(
  template: MonitorTemplate,
  address: CloudAddress,
  port: number,
  emulator: EmulatorSettings,
): Check['monitor'] {
  const { Protocol, ExtendInfo, EvaluationCount, FailureRate, Interval, Timeout, IspCityNodes } = template;
  const protocol = Protocol.toUpperCase() as 'HTTP' | 'HTTPS' | 'TCP' | 'PING';
  const info = readExtendInfo(Protocol, ExtendInfo, 'ExtendInfo');
  return monitorOf(protocol, info, emulator, {
    evaluationCount: EvaluationCount,
    // Nobody could say that no node needs to fail; Terraform's 0 then means any.
    failureRate: Math.max(1, FailureRate),
    interval: Interval * 1000,
    timeout: Timeout,
    nodes: IspCityNodes.map(nodeName),
    host: address.Address,
    ...(port > 0 && { port }),
    // Only 3.0's documentation has it.
    followRedirect: info.followRedirect ?? false,
  });
}
