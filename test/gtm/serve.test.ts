import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LocalServers } from '../runtime/local-servers.ts';
import { scratch } from '../scratch.ts';
import { BEIJING_1, BEIJING_2, HANGZHOU, KEY, Rig } from './api/rig.ts';
import { Sdk } from './api/sdk.ts';

/* What is kept, and what is taken again with the file, by SIGHUP; test/cli/gtm-serve.system.test.ts sends one. */

const NAME = 'a.gtm.example.com';
const both = [BEIJING_1, BEIJING_2];
const monitor =
  "Monitor: { ProtocolType: HTTP, Interval: 15, Timeout: 10000, EvaluationCount: 1, IspCityNode: [{ CityCode: '503' }] }";
const ACCOUNT = `
emulator: { publishDelay: 0s, recoverySuccesses: 1, holdDown: 0s }
lines: { 192.0.2.0/24: telecom }
DnsGtm:
  - InstanceId: gtm-cn-a
    Config: { PublicRr: a.gtm, PublicZoneName: example.com }
    AddrPools:
      - { Name: beijing, Type: IPV4, Addr: [{ Addr: ${BEIJING_1} }, { Addr: ${BEIJING_2} }], ${monitor} }
      - { Name: hangzhou, Type: IPV4, Addr: [{ Addr: ${HANGZHOU} }] }
    AccessStrategies:
      - { StrategyName: main, Lines: [default], DefaultAddrPool: [{ Name: beijing }], DefaultMinAvailableAddrNum: 1, FailoverAddrPool: [{ Name: hangzhou }] }
CloudGtm:
  MonitorTemplates:
    - { Name: http, Protocol: http, Interval: 15, Timeout: 5000, EvaluationCount: 1, FailureRate: 50, ExtendInfo: { host: a, path: /, code: 400 }, IspCityNodes: [{ CityCode: '503', IspCode: '465' }] }
  Addresses:
    - { Name: first, Address: ${BEIJING_1}, HealthTasks: [{ Template: http, Port: 80 }] }
`;

let rig: Rig;

async function start(state?: string): Promise<void> {
  rig = await Rig.start({ account: ACCOUNT, timeScale: 100, ...(state !== undefined && { state }) });
}

function reload(replaced: string | RegExp, by: string): void {
  expect(rig.yaml).toMatch(replaced);
  rig.yaml = rig.yaml.replace(replaced, by);
  rig.serving.reload();
}

afterEach(() => rig[Symbol.asyncDispose]());

describe('a state file', () => {
  test('that cannot be written any more keeps calls from being answered, and name servers on', async () => {
    const folder = scratch();
    await start(join(folder, 'state.json'));
    rmSync(folder, { recursive: true });
    rig.set(503, ...both);
    await expect.poll(() => rig.ask(NAME), { timeout: 8000 }).toEqual([HANGZHOU]);
    expect(rig.told).toContainEqual(
      expect.stringContaining(`the state cannot be kept in ${join(folder, 'state.json')}`),
    );
    const instance = { instanceId: 'gtm-cn-a' };
    const rename = { ...instance, instanceName: 'other' };
    await expect(rig.sdk.call('UpdateDnsGtmInstanceGlobalConfig', rename)).rejects.toMatchObject({
      code: 'InternalError',
    });
    expect(await rig.sdk.call('DescribeDnsGtmInstance', instance)).toMatchObject({
      config: { instanceName: 'gtm-cn-a' },
    });
  });
});

describe('the file taken again', () => {
  test('brings other keys', async () => {
    await start();
    reload(KEY.accessKeySecret, 'another-secret');
    await expect(rig.sdk.call('DescribeDnsGtmInstances')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    const sdk = new Sdk({ ...KEY, accessKeySecret: 'another-secret', endpoint: rig.serving.api });
    expect(await sdk.call('DescribeDnsGtmInstances')).toMatchObject({ totalItems: 1 });
  });

  test('brings other places to check', async () => {
    await start();
    expect(await rig.ask(NAME)).toEqual(both);
    await using servers = new LocalServers();
    const port = await servers.closedPort();
    reload(new RegExp(`  ${BEIJING_1}: 127.0.0.1:\\d+`), `  ${BEIJING_1}: 127.0.0.1:${port}`);
    await expect.poll(() => rig.ask(NAME), { timeout: 8000 }).toEqual([BEIJING_2]);
  });

  test('brings other switches, and other groups to tell', async () => {
    await start();
    reload('holdDown: 0s }', 'holdDown: 0s, configId: omit }\nalertGroups: [operations]');
    const { instanceId, configId } = await rig.sdk.call('CreateCloudGtmInstanceConfig', {
      chargeType: 'postpay',
      scheduleZoneName: 'example.org',
      scheduleHostname: 'www',
      scheduleRrType: 'A',
      ttl: 60,
    });
    expect([typeof instanceId, configId]).toEqual(['string', undefined]);
    expect(await rig.sdk.call('DescribeDnsGtmAvailableAlertGroup')).toMatchObject({
      availableAlertGroup: '["operations"]',
    });
  });

  test('leaves down what is down', async () => {
    await start();
    rig.set(503, ...both);
    await expect.poll(() => rig.ask(NAME), { timeout: 8000 }).toEqual([HANGZHOU]);
    reload('PublicRr: a.gtm', 'PublicRr: a.gtm, Ttl: 30');
    expect(await rig.ask(NAME)).toEqual([HANGZHOU]);
  });

  test('counts as up what is not to be checked any more', async () => {
    await start();
    rig.set(503, ...both);
    await expect.poll(() => rig.ask(NAME), { timeout: 8000 }).toEqual([HANGZHOU]);
    reload(new RegExp(`  ${BEIJING_1}: .*\n`), '');
    await expect.poll(() => rig.ask(NAME), { timeout: 8000 }).toEqual([BEIJING_1]);
    expect(rig.told).toContainEqual(expect.stringContaining(`${BEIJING_1} is not checked and counts as up`));
  });

  test('does not hold an address for down that has got the id of one that is', async () => {
    await start();
    rig.set(503, BEIJING_1);
    const { alerts } = rig.serving.emulator.service;
    await expect.poll(() => alerts.size, { timeout: 8000 }).toBe(2);
    const [id = ''] = Object.keys(rig.serving.emulator.account.cloud.addresses);
    reload(
      '  Addresses:\n',
      `  Addresses:\n    - { Name: new, Address: ${BEIJING_2}, HealthTasks: [{ Template: http, Port: 80 }] }\n`,
    );
    const { account, service } = rig.serving.emulator;
    expect(account.cloud.addresses[id]?.Name).toBe('new');
    expect([...service.alerts].map(key => key.split('/').at(-1))).toEqual([BEIJING_1]);
  });

  test('changes nothing when a network in it is none, or the state cannot be kept', async () => {
    const folder = scratch();
    await start(join(folder, 'state.json'));
    expect(() => reload('192.0.2.0/24: telecom', '192.0.2.0/33: telecom')).toThrow(
      /account\.yaml:\d+:\d+: lines.*"192\.0\.2\.0\/33" is not a network/,
    );
    rmSync(folder, { recursive: true });
    expect(() => reload('/33', '/25')).toThrow(`the state cannot be kept in ${join(folder, 'state.json')}`);
    expect(await rig.sdk.call('DescribeDnsGtmInstances')).toMatchObject({ totalItems: 1 });
    expect(await rig.ask(NAME)).toEqual(both);
  });
});
