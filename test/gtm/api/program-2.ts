import { expect } from 'vitest';
import { BEIJING_1, BEIJING_2, HANGZHOU, Rig } from './rig.ts';
import type { Client } from './sdk.ts';

const ACCOUNT = `
emulator: { publishDelay: 1s, recoverySuccesses: 1, holdDown: 0s }
DnsGtm: [{ InstanceId: gtm-cn-program }]
`;
const NAME = 'web-demo.example.com';
const instanceId = 'gtm-cn-program';

const addr = (address: string) => ({ addr: address, mode: 'SMART', attributeInfo: '{}', lbaWeight: 1 });

/**
 * What a team's automation does with GTM 2.0, with its signatures checked: the design of the three centres from nothing, a
 * failover and a failback, and nothing left in the end. Time runs 30 times as fast.
 */
export async function program2(clientOf: (endpoint: string) => Client): Promise<void> {
  await using rig = await Rig.start({ account: ACCOUNT });
  const sdk = clientOf(rig.serving.api);

  const { gtmInstances } = await sdk.call('DescribeDnsGtmInstances');
  expect(gtmInstances).toMatchObject([{ instanceId, versionCode: 'ultimate', config: { instanceName: '' } }]);
  await sdk.call('UpdateDnsGtmInstanceGlobalConfig', {
    instanceId,
    instanceName: 'web-demo',
    cnameType: 'PUBLIC',
    publicCnameMode: 'CUSTOM',
    publicRr: 'web-demo.gtm',
    publicZoneName: 'example.com',
    publicUserDomainName: NAME,
    ttl: 60,
  });
  const available = await sdk.call('DescribeDnsGtmMonitorAvailableConfig');
  const ispCityNode = available.ipv4IspCityNodes.ipv4IspCityNode
    .slice(0, 3)
    .map(({ cityCode, ispCode }: { cityCode: string; ispCode: string }) => ({ cityCode, ispCode }));
  const check = {
    protocolType: 'HTTP',
    interval: 15,
    timeout: 10_000,
    evaluationCount: 2,
    monitorExtendInfo: JSON.stringify({ port: 80, path: '/', code: 400, failureRate: 50 }),
    ispCityNode,
  };
  const pool = { instanceId, type: 'IPV4', lbaStrategy: 'ALL_RR' };
  const beijing = await sdk.call('AddDnsGtmAddressPool', {
    ...pool,
    ...check,
    name: 'beijing',
    addr: [addr(BEIJING_1), addr(BEIJING_2)],
    monitorStatus: 'OPEN',
  });
  const hangzhou = await sdk.call('AddDnsGtmAddressPool', {
    ...pool,
    name: 'hangzhou',
    addr: [addr(HANGZHOU)],
  });
  expect(hangzhou.monitorConfigId).toBeUndefined();
  await sdk.call('AddDnsGtmMonitor', { ...check, addrPoolId: hangzhou.addrPoolId });
  const { strategyId } = await sdk.call('AddDnsGtmAccessStrategy', {
    instanceId,
    strategyMode: 'GEO',
    strategyName: 'two-cities',
    lines: '["default"]',
    defaultAddrPoolType: 'IPV4',
    defaultAddrPool: [{ id: beijing.addrPoolId, lbaWeight: 1 }],
    defaultLbaStrategy: 'ALL_RR',
    defaultMinAvailableAddrNum: 1,
    failoverAddrPoolType: 'IPV4',
    failoverAddrPool: [{ id: hangzhou.addrPoolId, lbaWeight: 1 }],
    failoverLbaStrategy: 'ALL_RR',
    failoverMinAvailableAddrNum: 1,
  });
  const strategy = () => sdk.call('DescribeDnsGtmAccessStrategy', { strategyId });
  const status = () => sdk.call('DescribeDnsGtmInstanceStatus', { instanceId });
  const both = [BEIJING_1, BEIJING_2];
  expect(await rig.ask(NAME)).toEqual(both);
  expect(await strategy()).toMatchObject({
    accessMode: 'AUTO',
    effectiveAddrPoolGroupType: 'DEFAULT',
    defaultAvailableAddrNum: 2,
    failoverAddrPoolGroupStatus: 'AVAILABLE',
  });

  rig.set(503, ...both);
  await expect
    .poll(strategy, { timeout: 20_000 })
    .toMatchObject({ effectiveAddrPoolGroupType: 'FAILOVER', defaultAddrPoolGroupStatus: 'NOT_AVAILABLE' });
  expect(await status()).toMatchObject({
    addrAvailableNum: 1,
    addrNotAvailableNum: 2,
    addrPoolGroupNotAvailableNum: 1,
    strategyNotAvailableNum: 0,
    switchToFailoverStrategyNum: 1,
  });
  const { addrs } = await sdk.call('DescribeDnsGtmInstanceAddressPool', { addrPoolId: beijing.addrPoolId });
  expect(addrs.addr.map((one: { alertStatus: string }) => one.alertStatus)).toEqual(['ALERT', 'ALERT']);
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual([HANGZHOU]);

  rig.set(200, ...both);
  await expect.poll(strategy, { timeout: 20_000 }).toMatchObject({ effectiveAddrPoolGroupType: 'DEFAULT' });
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual(both);

  await sdk.call('SetDnsGtmAccessMode', { strategyId, accessMode: 'FAILOVER' });
  expect(await strategy()).toMatchObject({ effectiveAddrPoolGroupType: 'FAILOVER' });
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual([HANGZHOU]);
  await sdk.call('SetDnsGtmAccessMode', { strategyId, accessMode: 'AUTO' });
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual(both);
  await expect(sdk.call('DeleteDnsGtmAddressPool', { addrPoolId: beijing.addrPoolId })).rejects.toMatchObject(
    {
      code: 'DnsGtmAddrPool.InUse',
    },
  );

  await sdk.call('DeleteDnsGtmAccessStrategy', { strategyId });
  for (const { addrPoolId } of [beijing, hangzhou]) await sdk.call('DeleteDnsGtmAddressPool', { addrPoolId });
  await expect(strategy()).rejects.toMatchObject({ code: 'DnsGtmAccessStrategy.NotExists', statusCode: 404 });
  expect(await sdk.call('DescribeDnsGtmInstanceAddressPools', { instanceId })).toMatchObject({
    totalItems: 0,
  });
  // The alias is still there; what it stands for has no addresses.
  expect(await rig.ask(NAME)).toEqual([]);
  const { logs } = await sdk.call('DescribeDnsGtmLogs', { instanceId, pageSize: 100 });
  expect(
    logs.log.map((row: { operAction: string; entityType: string }) => `${row.operAction} ${row.entityType}`),
  ).toEqual([
    'delete POOL',
    'delete POOL',
    'delete STRATEGY',
    'update STRATEGY',
    'update STRATEGY',
    'add STRATEGY',
    'add MONITOR',
    'add POOL',
    'add POOL',
    'update INSTANCE',
  ]);
}
