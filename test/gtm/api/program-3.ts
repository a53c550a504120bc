import { expect } from 'vitest';
import { BEIJING_1, BEIJING_2, HANGZHOU, Rig } from './rig.ts';
import type { Client } from './sdk.ts';

const ACCOUNT = 'emulator: { publishDelay: 1s, recoverySuccesses: 1, configId: omit }\n';
const NAME = 'web-demo.gtm3.example.com';
const page = { pageNumber: 1, pageSize: 20 };

/** The same as with GTM 2.0, with 3.0, whose objects are the account's and are put together. */
export async function program3(clientOf: (endpoint: string) => Client): Promise<void> {
  await using rig = await Rig.start({ account: ACCOUNT });
  const sdk = clientOf(rig.serving.api);

  const { templateId } = await sdk.call('CreateCloudGtmMonitorTemplate', {
    name: 'http',
    protocol: 'http',
    ipVersion: 'IPv4',
    interval: 15,
    timeout: 10_000,
    evaluationCount: 2,
    failureRate: 50,
    extendInfo: JSON.stringify({ host: NAME, path: '/', code: 400 }),
    ispCityNodes: [
      { cityCode: '503', ispCode: '465' },
      { cityCode: '357', ispCode: '465' },
      { cityCode: '718', ispCode: '5' },
    ],
  });
  const address = async (name: string, text: string): Promise<string> => {
    const { addressId, success } = await sdk.call('CreateCloudGtmAddress', {
      name,
      address: text,
      type: 'IPv4',
      enableStatus: 'enable',
      availableMode: 'auto',
      healthJudgement: 'p50_ok',
      healthTasks: [{ templateId, port: 80 }],
    });
    expect(success).toBe(true);
    return addressId;
  };
  const pool = async (name: string, addresses: readonly string[]): Promise<string> => {
    const { addressPoolId } = await sdk.call('CreateCloudGtmAddressPool', {
      addressPoolName: name,
      addressPoolType: 'IPv4',
      enableStatus: 'enable',
      healthJudgement: 'any_ok',
    });
    await sdk.call('ReplaceCloudGtmAddressPoolAddress', {
      addressPoolId,
      addresses: addresses.map((addressId, i) => ({ addressId, serialNumber: i + 1, weightValue: 1 })),
    });
    await sdk.call('UpdateCloudGtmAddressPoolLbStrategy', {
      addressPoolId,
      addressLbStrategy: 'round_robin',
    });
    return addressPoolId;
  };
  const beijing = [await address('beijing-1', BEIJING_1), await address('beijing-2', BEIJING_2)];
  const hangzhou = await address('hangzhou', HANGZHOU);
  const pools = [await pool('beijing', beijing), await pool('hangzhou', [hangzhou])];

  await sdk.call('CreateCloudGtmInstanceConfig', {
    chargeType: 'postpay',
    scheduleZoneMode: 'custom',
    scheduleZoneName: 'gtm3.example.com',
    scheduleHostname: 'web-demo',
    scheduleRrType: 'A',
    ttl: 60,
  });
  const list = await sdk.call('ListCloudGtmInstanceConfigs', { ...page, scheduleDomainName: NAME });
  const [{ configId, instanceId, enableStatus }] = list.instanceConfigs.instanceConfig;
  expect(enableStatus).toBe('disable');
  const config = { configId, instanceId };
  await sdk.call('ReplaceCloudGtmInstanceConfigAddressPool', {
    ...config,
    addressPools: pools.map((addressPoolId, i) => ({ addressPoolId, serialNumber: i + 1, weightValue: 1 })),
  });
  await sdk.call('UpdateCloudGtmInstanceConfigLbStrategy', {
    ...config,
    addressPoolLbStrategy: 'sequence',
    sequenceLbStrategyMode: 'preemptive',
  });
  await sdk.call('UpdateCloudGtmInstanceConfigEnableStatus', { ...config, enableStatus: 'enable' });
  const info = () => sdk.call('DescribeCloudGtmInstanceConfigFullInfo', config);
  const both = [BEIJING_1, BEIJING_2];
  expect(await info()).toMatchObject({
    healthStatus: 'ok',
    availableStatus: 'available',
    scheduleDomainName: NAME,
  });
  expect(await rig.ask(NAME)).toEqual(both);

  rig.set(503, ...both);
  await expect
    .poll(info, { timeout: 20_000 })
    .toMatchObject({ healthStatus: 'ok_alert', availableStatus: 'available' });
  expect((await info()).addressPools.addressPool).toMatchObject([
    {
      addressPoolName: 'beijing',
      healthStatus: 'exceptional',
      availableStatus: 'unavailable',
      serialNumber: 1,
    },
    { addressPoolName: 'hangzhou', healthStatus: 'ok', seqNonPreemptiveSchedule: true },
  ]);
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual([HANGZHOU]);

  rig.set(200, ...both);
  await expect.poll(info, { timeout: 20_000 }).toMatchObject({ healthStatus: 'ok' });
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual(both);

  // A drill by hand: the pool is taken out, then one address.
  const [beijingPool] = pools;
  await sdk.call('UpdateCloudGtmAddressPoolEnableStatus', {
    addressPoolId: beijingPool,
    enableStatus: 'disable',
  });
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual([HANGZHOU]);
  await sdk.call('UpdateCloudGtmAddressPoolEnableStatus', {
    addressPoolId: beijingPool,
    enableStatus: 'enable',
  });
  await sdk.call('UpdateCloudGtmAddressManualAvailableStatus', {
    addressId: beijing[0],
    availableMode: 'manual',
    manualAvailableStatus: 'unavailable',
  });
  await expect.poll(() => rig.ask(NAME), { timeout: 20_000 }).toEqual([BEIJING_2]);
  const alerts = await sdk.call('ListCloudGtmAlertLogs', {
    ...page,
    startTimestamp: 0,
    endTimestamp: Date.now() + 1000,
  });
  expect(alerts.totalItems).toBeGreaterThanOrEqual(4);

  for (const deletion of [
    sdk.call('DeleteCloudGtmAddress', { addressId: beijing[0] }),
    sdk.call('DeleteCloudGtmAddressPool', { addressPoolId: beijingPool }),
    sdk.call('DeleteCloudGtmMonitorTemplate', { templateId }),
  ])
    await expect(deletion).rejects.toMatchObject({ code: expect.stringMatching(/^CloudGtm\..*InUse$/) });
  await sdk.call('DeleteCloudGtmInstanceConfig', config);
  for (const addressPoolId of pools) await sdk.call('DeleteCloudGtmAddressPool', { addressPoolId });
  for (const addressId of [...beijing, hangzhou]) await sdk.call('DeleteCloudGtmAddress', { addressId });
  await sdk.call('DeleteCloudGtmMonitorTemplate', { templateId });
  await expect(info()).rejects.toMatchObject({ code: 'CloudGtm.InstanceConfig.NotExists', statusCode: 404 });
  expect(await sdk.call('ListCloudGtmAddresses', page)).toMatchObject({ totalItems: 0 });
  await expect(rig.ask(NAME)).rejects.toMatchObject({ code: 'EREFUSED' });
}
