import { describe, expect, test } from 'vitest';
import { planOf } from '../../src/gtm/account/plan.ts';
import { accountConfigSchema } from '../../src/gtm/account-config.ts';
import { TYPE } from '../../src/gtm/dns/types.ts';
import { Emulator, type Saved } from '../../src/gtm/emulator.ts';
import { LineTable } from '../../src/gtm/lines.ts';
import { flatten, seedAccount } from '../../src/gtm/seed.ts';
import type { Memory } from '../../src/gtm/service.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { parseYaml } from '../../src/runtime/yaml.ts';

/* An account from a file and what it answers, without sockets: what the drills' design does not use. */

const FILE = 'account.yaml';

const SETTINGS = accountConfigSchema.parse({}).emulator;

class Account {
  readonly clock = new VirtualClock();
  readonly emulator: Emulator;

  /** `memory`: of an earlier life. */
  constructor(yaml: string, memory?: (account: Saved['account']) => Memory) {
    const config = parseYaml(yaml, FILE, accountConfigSchema);
    const { clock } = this;
    const account = seedAccount(config, FILE, 0, config.emulator);
    this.emulator = new Emulator({
      settings: config.emulator,
      saved: { account, alerts: [], ...(memory && { memory: memory(account) }) },
      now: () => 0,
      clock,
      random: seededRandom(1),
      journal: { append() {} },
      network: simulatedNetwork(clock, seededRandom(1)),
      centreOf: () => undefined,
      lines: new LineTable(config.lines),
      order: config.emulator.order,
      latency: config.latency,
    });
  }

  call(action: string, parameters: Readonly<Record<string, unknown>>) {
    return this.emulator.call(action, flatten(parameters)) as Record<string, unknown>;
  }

  ask(name: string, type: keyof typeof TYPE = 'A', from = '198.51.100.1'): string[] {
    const { answers } = this.emulator.find({ name, type: TYPE[type], from });
    return answers.flatMap(set => ('data' in set ? set.data.map(data => `${set.type} ${data}`) : []));
  }
}

const instance = (pools: string, strategies: string, config = '') => `
lines: { 192.0.2.0/24: telecom }
latency: { telecom: { 192.0.2.1: 30, 192.0.2.2: 5, 192.0.2.3: 10 }, default: { 192.0.2.3: 1, 192.0.2.1: 2 } }
emulator: { publishDelay: 0s, order: rotate }
DnsGtm:
  - InstanceId: gtm-cn-x
    Config: { PublicRr: www, PublicZoneName: example.com, Ttl: 60${config} }
    AddrPools: [${pools}]
    AccessStrategies: [${strategies}]
`;
const strategy = (pool: string, more = '') =>
  `{ StrategyName: ${pool}, Lines: [default], DefaultAddrPool: [{ Name: ${pool} }], DefaultMinAvailableAddrNum: 1${more} }`;
const three =
  '{ Name: three, Type: IPV4, Addr: [{ Addr: 192.0.2.1 }, { Addr: 192.0.2.2 }, { Addr: 192.0.2.3 }] }';
const six = '{ Name: six, Type: IPV6, Addr: [{ Addr: "2001:db8::1" }] }';
const NAME = 'www.example.com';

describe('2.0', () => {
  test('IPv4 and IPv6 of one name have a strategy each', () => {
    const account = new Account(
      instance(`${three}, ${six}`, `${strategy('three')}, ${strategy('six', ', DefaultAddrPoolType: IPV6')}`),
    );
    expect(account.ask(NAME)).toHaveLength(3);
    expect(account.ask(NAME, 'AAAA')).toEqual(['AAAA 2001:db8::1']);
  });

  test('a backup set of domains answers an alias when the primary set is pinned away', () => {
    const away = '{ Name: away, Type: DOMAIN, Addr: [{ Addr: other.example.org }] }';
    const backup = ', FailoverAddrPool: [{ Name: away }], FailoverAddrPoolType: DOMAIN, AccessMode: FAILOVER';
    const account = new Account(instance(`${three}, ${away}`, strategy('three', backup)));
    expect(account.ask(NAME)).toEqual(['CNAME other.example.org']);
  });

  test('answers with all turn by one where they are to rotate', () => {
    const account = new Account(instance(three, strategy('three')));
    const firsts = Array.from({ length: 4 }, () => account.ask(NAME)[0]);
    expect(firsts.map(one => one?.at(-1))).toEqual(['1', '3', '2', '1']);
  });

  test('they turn whatever is asked between, such as for IPv6', () => {
    const two = three.replace(', { Addr: 192.0.2.3 }', '');
    const strategies = `${strategy('three')}, ${strategy('six', ', DefaultAddrPoolType: IPV6')}`;
    const account = new Account(instance(`${two}, ${six}`, strategies));
    const firsts = Array.from({ length: 4 }, () => {
      const [first] = account.ask(NAME);
      account.ask(NAME, 'AAAA');
      return first?.at(-1);
    });
    expect(firsts).toEqual(['1', '2', '1', '2']);
  });

  test('by latency, the nearest to the line of the client answer', () => {
    const mode = ', StrategyMode: LATENCY';
    const nearest = `${mode}, DefaultMaxReturnAddrNum: 2`;
    const account = new Account(instance(three, strategy('three', nearest), mode));
    expect(account.ask(NAME, 'A', '192.0.2.99')).toEqual(['A 192.0.2.2', 'A 192.0.2.3']);
    expect(account.ask(NAME)).toEqual(['A 192.0.2.3', 'A 192.0.2.1']);
  });

  test('each mode keeps its strategies, and only those of the present one answer', () => {
    const account = new Account(instance(three, strategy('three')));
    const InstanceId = 'gtm-cn-x';
    account.call('SwitchDnsGtmInstanceStrategyMode', { InstanceId, StrategyMode: 'LATENCY' });
    expect(account.ask(NAME)).toEqual([]);
    const list = (StrategyMode: string) =>
      account.call('DescribeDnsGtmAccessStrategies', { InstanceId, StrategyMode });
    expect([list('GEO'), list('LATENCY')]).toMatchObject([{ TotalItems: 1 }, { TotalItems: 0 }]);
    account.call('SwitchDnsGtmInstanceStrategyMode', { InstanceId, StrategyMode: 'GEO' });
    expect(account.ask(NAME)).toHaveLength(3);
  });

  test('what was remembered over a restart is over with the mode that it was of', async () => {
    const away = three.replaceAll('three', 'away').replaceAll('192.0.2.', '198.51.100.');
    const backup = strategy('three', ', FailoverAddrPool: [{ Name: away }]');
    const account = new Account(instance(`${three}, ${away}`, backup), ({ strategies }) =>
      Object.fromEntries(Object.keys(strategies).map(id => [id, ['FAILOVER']])),
    );
    const isBack = () => account.ask(NAME).every(one => one.startsWith('A 192.0.2.'));
    await account.clock.run(async () => {
      expect(isBack(), 'it waits').toBe(false);
      await account.clock.sleep(121_000);
      expect(isBack()).toBe(true);
      for (const StrategyMode of ['LATENCY', 'GEO'])
        account.call('SwitchDnsGtmInstanceStrategyMode', { InstanceId: 'gtm-cn-x', StrategyMode });
      expect(isBack(), 'after another mode').toBe(true);
    });
  });

  test('a switch to the other set is in the alert log, with its reason', async () => {
    const away = three.replaceAll('three', 'away').replaceAll('192.0.2.', '198.51.100.');
    const backup = strategy('three', ', FailoverAddrPool: [{ Name: away }]');
    const account = new Account(instance(`${three}, ${away}`, backup), ({ strategies }) =>
      Object.fromEntries(Object.keys(strategies).map(id => [id, ['FAILOVER']])),
    );
    await account.clock.run(() => account.clock.sleep(121_000));
    expect(account.emulator.account.alerts).toMatchObject([
      {
        ActionType: 'SWITCH',
        EntityType: 'GTM_INSTANCE',
        entity: 'gtm-cn-x',
        Content: expect.stringMatching(/^three switched from FAILOVER to DEFAULT: the hold-down is over, /),
      },
    ]);
  });

  test('a strategy of the other mode is as available as its addresses', () => {
    const away = '{ Name: away, Type: IPV4, Addr: [{ Addr: 192.0.2.9, Mode: OFFLINE }] }';
    const backup = strategy('three', ', FailoverAddrPool: [{ Name: away }]');
    const account = new Account(instance(`${three}, ${away}`, backup));
    const [StrategyId] = Object.keys(account.emulator.account.strategies);
    const InstanceId = 'gtm-cn-x';
    const seen = () => [
      account.call('DescribeDnsGtmAccessStrategy', { StrategyId }),
      account.call('DescribeDnsGtmInstanceStatus', { InstanceId }),
      account.call('DescribeDnsGtmAccessStrategies', { InstanceId, StrategyMode: 'GEO' }),
    ];
    const before = seen();
    expect(before[0]).toMatchObject({
      DefaultAvailableAddrNum: 3,
      DefaultAddrPoolGroupStatus: 'AVAILABLE',
      FailoverAddrPoolGroupStatus: 'NOT_AVAILABLE',
    });
    account.call('SwitchDnsGtmInstanceStrategyMode', { InstanceId, StrategyMode: 'LATENCY' });
    expect(seen()).toEqual(before);
  });

  const strategyCall = (account: Account, more: object) => {
    const { first = '' } = Object.fromEntries(
      Object.values(account.emulator.account.pools).map(pool => ['first', pool.AddrPoolId]),
    );
    return account.call('AddDnsGtmAccessStrategy', {
      InstanceId: 'gtm-cn-x',
      StrategyName: 's',
      StrategyMode: 'GEO',
      Lines: '["default"]',
      DefaultAddrPoolType: 'IPV4',
      DefaultAddrPool: [{ Id: first }],
      DefaultLbaStrategy: 'ALL_RR',
      DefaultMinAvailableAddrNum: 1,
      ...more,
    });
  };

  test.each([
    ['FailoverAddrPool', 'EMPTY'],
    ['FailoverAddrPool.1', 'EMPTY'],
    ['FailoverAddrPool.1.Id', 'EMPTY'],
  ])('no backup set may be written as %s=%s', (name, value) => {
    const account = new Account(instance(three, ''));
    const { StrategyId } = strategyCall(account, { [name]: value });
    expect(account.call('DescribeDnsGtmAccessStrategy', { StrategyId })).toMatchObject({
      FailoverAddrPools: { FailoverAddrPool: [] },
      FailoverAddrPoolGroupStatus: 'NOT_AVAILABLE',
    });
  });

  test.each([
    ['a first strategy that is not global', '', { Lines: '["telecom"]' }, 'must serve the global line'],
    ['a line that is taken', strategy('three'), {}, 'serves one of the lines already'],
    ['a line that there is not', '', { Lines: '["nowhere"]' }, 'there is no line "nowhere"'],
    ['a pool of another type', '', { DefaultAddrPoolType: 'IPV6' }, 'is of type IPV4, not IPV6'],
    [
      'a backup set without a minimum',
      '',
      { 'FailoverAddrPool.1.Id': 'x' },
      'FailoverMinAvailableAddrNum is required',
    ],
    [
      'a pool of the backup set without its id',
      '',
      { 'FailoverAddrPool.1.LbaWeight': '1' },
      'The parameter FailoverAddrPool.1.Id is required',
    ],
    ['another mode', '', { StrategyMode: 'LATENCY' }, 'the instance is in mode GEO'],
  ])('%s is refused', (_, before, more, message) => {
    expect(() => strategyCall(new Account(instance(three, before)), more)).toThrow(message);
  });

  const telecom = strategy('three').replace('default', 'telecom').replace('Name: three', 'Name: telecom');

  test('strategies may stand in any order in the file', () => {
    const both = [strategy('three'), telecom];
    for (const order of [both, both.toReversed()]) {
      const account = new Account(instance(three, order.join(', ')));
      expect(account.ask(NAME)).toHaveLength(3);
      expect(account.ask(NAME, 'A', '192.0.2.99')).toHaveLength(3);
    }
    const wrong = instance(three, `${telecom}, ${strategy('nosuch')}`);
    expect(() => new Account(wrong)).toThrow('DnsGtm[0].AccessStrategies[1]: there is no "nosuch" above');
  });

  test('the global line stays served while single lines of its type are', () => {
    const account = new Account(instance(`${three}, ${six}`, `${strategy('three')}, ${telecom}`));
    const { pools, strategies } = account.emulator.account;
    const StrategyId = Object.values(strategies).find(one => one.Lines.includes('default'))?.StrategyId;
    const Id = Object.values(pools).find(one => one.Type === 'IPV6')?.AddrPoolId;
    const change = {
      StrategyId,
      StrategyName: 'three',
      DefaultAddrPoolType: 'IPV6',
      DefaultAddrPool: [{ Id }],
      DefaultLbaStrategy: 'ALL_RR',
      DefaultMinAvailableAddrNum: 1,
    };
    const served = 'the global line must be served';
    expect(() => account.call('UpdateDnsGtmAccessStrategy', change)).toThrow(served);
    expect(() => account.call('DeleteDnsGtmAccessStrategy', { StrategyId })).toThrow(served);
    const single = Object.values(strategies).find(one => one.Lines.includes('telecom'))?.StrategyId;
    account.call('DeleteDnsGtmAccessStrategy', { StrategyId: single });
    account.call('UpdateDnsGtmAccessStrategy', change);
    expect(account.call('DescribeDnsGtmAccessStrategy', { StrategyId })).toMatchObject({
      DefaultAddrPoolType: 'IPV6',
    });
  });

  test('by latency, each of several strategies may go', () => {
    const mode = ', StrategyMode: LATENCY';
    const account = new Account(
      instance(three, `${strategy('three', mode)}, ${strategy('three', mode)}`, mode),
    );
    for (const StrategyId of Object.keys(account.emulator.account.strategies))
      account.call('DeleteDnsGtmAccessStrategy', { StrategyId });
    expect(account.ask(NAME)).toEqual([]);
  });

  const poolCall = (account: Account, more: object) =>
    account.call('AddDnsGtmAddressPool', {
      InstanceId: 'gtm-cn-x',
      Name: 'p',
      Type: 'IPV4',
      LbaStrategy: 'ALL_RR',
      Addr: [{ Addr: '192.0.2.9', Mode: 'SMART', AttributeInfo: '{}' }],
      ...more,
    });
  const one = (Addr: string) => ({ Addr, Mode: 'SMART', AttributeInfo: '{}' });
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => one(`192.0.2.${i}`));

  test.each([
    ['an address twice', { Addr: [one('192.0.2.9'), one('192.0.2.9')] }, 'stands in it twice'],
    ['an IPv6 address', { Addr: [one('::1')] }, '"::1" is not of type IPV4'],
    [
      'an address of one machine alone',
      { Type: 'IPV6', Addr: [one('fe80::1%eth0')] },
      '"fe80::1%eth0" is not of type IPV6',
    ],
    [
      'an address in two writings',
      { Type: 'IPV6', Addr: [one('2001:db8::1'), one('2001:DB8:0:0:0:0:0:1')] },
      '"2001:db8::1" stands in it twice',
    ],
    ['a name that is taken', { Name: 'three' }, 'has an address pool "three" already'],
    ['51 addresses', { Addr: numbered(51) }, 'There may be 50 addresses in a pool at most.'],
    [
      'attributes that are no JSON',
      { Addr: [{ ...one('192.0.2.9'), AttributeInfo: '{' }] },
      'must be a JSON object',
    ],
    [
      'several domains in turn',
      { Type: 'DOMAIN', Addr: [one('a.example.org'), one('b.example.org')] },
      'a pool of several domains must be RATIO',
    ],
    ['a check without its parameters', { MonitorStatus: 'OPEN' }, 'The parameter ProtocolType is required'],
  ])('a pool with %s is refused', (_, more, message) => {
    expect(() => poolCall(new Account(instance(three, '')), more)).toThrow(message);
  });

  test.each([
    ['a share of nodes that none or all meet', { failureRate: 0 }, 'failureRate Invalid option'],
    ['a path that no request has', { path: '/健康' }, 'path must start with "/" and be ASCII without spaces'],
    ['a path with a space', { path: '/a b' }, 'path must start with "/" and be ASCII without spaces'],
    ['a host that no request has', { host: '例子.cn' }, 'host must be ASCII without spaces'],
    ['a host of two lines', { host: 'a\r\nb: c' }, 'host must be ASCII without spaces'],
  ])('a check with %s is refused', (_, info, message) => {
    const check = {
      MonitorStatus: 'OPEN',
      ProtocolType: 'HTTP',
      Interval: 60,
      Timeout: 2000,
      EvaluationCount: 2,
      IspCityNode: [{ CityCode: '503', IspCode: '465' }],
      MonitorExtendInfo: JSON.stringify(info),
    };
    expect(() => poolCall(new Account(instance(three, '')), check)).toThrow(message);
  });

  test('IPv6 addresses come back as they were written, and are one endpoint in whatever writing', () => {
    const account = new Account(
      instance(
        '{ Name: six, Type: IPV6, Addr: [{ Addr: "2001:DB8:0::1" }, { Addr: "::FFFF:192.0.2.1" }] }',
        strategy('six', ', StrategyMode: LATENCY, DefaultAddrPoolType: IPV6, DefaultMaxReturnAddrNum: 1'),
        ', StrategyMode: LATENCY',
      ).replace('default: {', 'default: { "2001:db8:0:0::1": 9, "::ffff:c000:201": 5,'),
    );
    const [pool] = Object.values(account.emulator.account.pools);
    expect(pool?.Addr.map(one => one.Addr)).toEqual(['2001:db8:0::1', '::ffff:192.0.2.1']);
    expect(account.ask(NAME, 'AAAA')).toEqual(['AAAA ::ffff:192.0.2.1']);
  });

  test('an endpoint of two pools is answered once', () => {
    const pools =
      '{ Name: six, Type: IPV6, Addr: [{ Addr: "2001:db8::1" }] }, { Name: long, Type: IPV6, Addr: [{ Addr: "2001:db8:0:0:0:0:0:1" }] }';
    const both = strategy('six', ', DefaultAddrPoolType: IPV6').replace(
      '[{ Name: six }]',
      '[{ Name: six }, { Name: long }]',
    );
    expect(new Account(instance(pools, both)).ask(NAME, 'AAAA')).toEqual(['AAAA 2001:db8::1']);
  });

  test('parameters of a check that is not wanted are not looked at', () => {
    const account = new Account(instance(three, ''));
    expect(poolCall(account, { MonitorStatus: 'CLOSE', Interval: 'never' })).not.toHaveProperty(
      'MonitorConfigId',
    );
  });

  test('a standard instance has the limits of its edition', () => {
    const account = new Account(
      instance(three, '').replace('gtm-cn-x\n', 'gtm-cn-x\n    VersionCode: standard\n'),
    );
    expect(() => poolCall(account, { Addr: numbered(21) })).toThrow('20 addresses');
    const change = { InstanceId: 'gtm-cn-x', Ttl: 10 };
    expect(() => account.call('UpdateDnsGtmInstanceGlobalConfig', change)).toThrow(
      'needs the ultimate edition',
    );
  });
});

test('a place that is not to be probed is no place to find an address at', () => {
  const reach = (networks: string) => `reach:\n  203.0.113.10: '10.1.2.3:80'\nnetworks: [${networks}]\n`;
  expect(() => new Account(reach(''))).toThrow(
    /^account\.yaml:2:3: reach.*"10\.1\.2\.3:80" is neither on loopback nor in one of "networks"/,
  );
  expect(() => new Account(reach('10.1.2.0/24'))).not.toThrow();
  expect(() => new Account(reach('10.1.2.0/33'))).toThrow('"10.1.2.0/33" is not a network');
});

describe('an instance that is bought', () => {
  const buy = (account: Account, Code: string, Value: string) =>
    account.call('BssCreateInstance', {
      ProductType: 'dns_gtm_public_cn',
      Parameter: [{ Code, Value }],
    }) as { readonly Data?: { readonly InstanceId: string } };

  test('has the edition and the quotas that were ordered', () => {
    const account = new Account('{}');
    const bought = (code: string, value: string) => {
      const { Data } = buy(account, code, value);
      return account.emulator.account.instances[Data?.InstanceId ?? ''];
    };
    expect(bought('PackageEdition', 'standard')).toMatchObject({ VersionCode: 'standard', TaskQuota: 100 });
    expect(bought('HealthcheckTaskCount', '7')).toMatchObject({ VersionCode: 'ultimate', TaskQuota: 7 });
    expect(() => buy(account, 'SmsNotificationCount', 'many')).toThrow('must be a whole number');
  });
});

describe('3.0', () => {
  const CLOUD = `
CloudGtm:
  Instances: [{ InstanceId: gtm-cn-three, InstanceName: three }]
  Addresses: [{ Name: a, Address: 192.0.2.1 }, { Name: same, Address: 192.0.2.1 }, { Name: six, Address: '2001:db8::1', Type: IPv6 }]
  AddressPools:
    - { AddressPoolName: four, Addresses: [{ Name: a }] }
    - { AddressPoolName: six, AddressPoolType: IPv6, Addresses: [{ Name: six }] }
  InstanceConfigs:
    - { InstanceId: gtm-cn-three, ScheduleHostname: www, ScheduleZoneName: example.com, AddressPools: [{ Name: four }] }
    - { InstanceId: gtm-cn-three, ScheduleHostname: www, ScheduleZoneName: example.com, ScheduleRrType: AAAA, AddressPools: [{ Name: six }] }
    - { InstanceId: gtm-cn-three, ScheduleHostname: '@', ScheduleZoneName: example.org, AddressPools: [{ Name: four }] }
`;
  const idOf = <T extends object>(all: Readonly<Record<string, T>>, field: keyof T, value: string) =>
    Object.entries(all).find(([, one]) => one[field] === value)?.[0] ?? '';

  test('one name has a config for each type, and a zone itself may be a name', () => {
    const account = new Account(CLOUD);
    expect(account.ask(NAME)).toEqual(['A 192.0.2.1']);
    expect(account.ask(NAME, 'AAAA')).toEqual(['AAAA 2001:db8::1']);
    expect(account.ask('example.org')).toEqual(['A 192.0.2.1']);
    expect(account.ask('example.org', 'NS')).toEqual(['NS ns.example.org']);
  });

  test('answers turn for who asks for IPv6 beside IPv4, too', () => {
    const account = new Account(
      CLOUD.replace('{ Name: same, Address: 192.0.2.1 }', '{ Name: b, Address: 192.0.2.2 }').replace(
        '[{ Name: a }]',
        '[{ Name: a }, { Name: b }]',
      ),
    );
    const firsts = Array.from({ length: 4 }, () => {
      const [first] = account.ask(NAME);
      account.ask(NAME, 'AAAA');
      return first;
    });
    expect(firsts).toEqual(['A 192.0.2.1', 'A 192.0.2.2', 'A 192.0.2.1', 'A 192.0.2.2']);
  });

  test('the config for IPv6 answers beside an alias for IPv4', () => {
    const account = new Account(
      CLOUD.replace('Addresses: [', 'Addresses: [{ Name: away, Address: other.example.net, Type: domain }, ')
        .replace(
          'AddressPools:',
          'AddressPools:\n    - { AddressPoolName: away, AddressPoolType: domain, Addresses: [{ Name: away }] }',
        )
        .replace('AddressPools: [{ Name: four }]', 'AddressPools: [{ Name: away }]'),
    );
    expect(account.ask(NAME)).toEqual(['CNAME other.example.net']);
    expect(account.ask(NAME, 'AAAA')).toEqual(['AAAA 2001:db8::1']);
  });

  test('a call that is made again with its token changes nothing again', () => {
    const account = new Account(CLOUD);
    const call = {
      AddressPoolName: 'p',
      AddressPoolType: 'IPv4',
      EnableStatus: 'enable',
      HealthJudgement: 'any_ok',
    };
    const make = (ClientToken: string) =>
      account.call('CreateCloudGtmAddressPool', { ...call, ClientToken })['AddressPoolId'];
    const first = make('t1');
    expect(make('t1')).toBe(first);
    expect(make('t2')).not.toBe(first);
    expect(() => make('x'.repeat(65))).toThrow('ClientToken');
  });

  test.each([
    ['the same endpoint twice', 'four', ['a', 'same'], 'is in the pool already'],
    ['the same address twice', 'four', ['a', 'a'], 'stands in the list twice'],
    ['an address of another type', 'four', ['six'], 'the address is of type IPv6'],
  ])('a pool with %s is refused', (_, pool, names, message) => {
    const account = new Account(CLOUD);
    const { cloud } = account.emulator.account;
    const Addresses = JSON.stringify(names.map(name => ({ AddressId: idOf(cloud.addresses, 'Name', name) })));
    const AddressPoolId = idOf(cloud.pools, 'AddressPoolName', pool);
    expect(() => account.call('ReplaceCloudGtmAddressPoolAddress', { AddressPoolId, Addresses })).toThrow(
      message,
    );
  });

  test('an address cannot become another one of its pool', () => {
    const account = new Account(
      CLOUD.replace('{ Name: six,', '{ Name: b, Address: 192.0.2.2 }, { Name: six,'),
    );
    const { cloud } = account.emulator.account;
    const [a, b] = ['a', 'b'].map(name => ({ AddressId: idOf(cloud.addresses, 'Name', name) }));
    const AddressPoolId = idOf(cloud.pools, 'AddressPoolName', 'four');
    account.call('ReplaceCloudGtmAddressPoolAddress', { AddressPoolId, Addresses: JSON.stringify([a, b]) });
    const move = (Address: string) => account.call('UpdateCloudGtmAddress', { ...b, Address });
    expect(() => move('192.0.2.1')).toThrow('192.0.2.1 is in the pool "four" already');
    expect(move('192.0.2.2')).toMatchObject({ Success: true });
    expect(move('192.0.2.3')).toMatchObject({ Success: true });
  });

  const templateOf = (account: Account, Protocol: string) =>
    account.call('CreateCloudGtmMonitorTemplate', {
      Name: Protocol,
      Protocol,
      IpVersion: 'IPv4',
      Interval: 60,
      Timeout: 2000,
      EvaluationCount: 1,
      FailureRate: 50,
      IspCityNodes: JSON.stringify([{ CityCode: '503', IspCode: '465' }]),
    })['TemplateId'];

  test('fifty addresses are checked by a template, and each may be changed', () => {
    const account = new Account(CLOUD);
    const TemplateId = templateOf(account, 'tcp');
    const HealthTasks = JSON.stringify([{ TemplateId, Port: 80 }]);
    const add = (i: number) =>
      account.call('CreateCloudGtmAddress', {
        Name: 'x',
        Address: `192.0.2.${i}`,
        Type: 'IPv4',
        EnableStatus: 'enable',
        AvailableMode: 'auto',
        HealthJudgement: 'any_ok',
        HealthTasks,
      });
    for (let i = 0; i < 49; i += 1) add(i);
    const { AddressId } = add(49);
    const most = 'There may be 50 references to a template at most.';
    expect(() => add(50)).toThrow(most);
    expect(account.call('UpdateCloudGtmAddress', { AddressId, HealthTasks })).toMatchObject({
      Success: true,
    });
    const other = idOf(account.emulator.account.cloud.addresses, 'Name', 'a');
    expect(() => account.call('UpdateCloudGtmAddress', { AddressId: other, HealthTasks })).toThrow(most);
  });

  test('an address has five ports, and pings beside them', () => {
    const account = new Account(CLOUD);
    const [tcp, ping] = [templateOf(account, 'tcp'), templateOf(account, 'ping')];
    const AddressId = idOf(account.emulator.account.cloud.addresses, 'Name', 'a');
    const check = (ports: readonly number[]) => {
      const HealthTasks = [{ TemplateId: ping }, ...ports.map(Port => ({ TemplateId: tcp, Port }))];
      return account.call('UpdateCloudGtmAddress', { AddressId, HealthTasks: JSON.stringify(HealthTasks) });
    };
    expect(check([1, 2, 3, 4, 5])).toMatchObject({ Success: true });
    expect(() => check([1, 2, 3, 4, 5, 6])).toThrow('There may be 5 ports of an address at most.');
  });

  test('an IPv6 address is the same in whatever writing', () => {
    const account = new Account(CLOUD);
    const { AddressId: again } = account.call('CreateCloudGtmAddress', {
      Name: 'again',
      Address: '2001:DB8:0:0:0:0:0:1',
      Type: 'IPv6',
      EnableStatus: 'enable',
      AvailableMode: 'auto',
      HealthJudgement: 'any_ok',
    });
    const { cloud } = account.emulator.account;
    const AddressPoolId = idOf(cloud.pools, 'AddressPoolName', 'six');
    const Addresses = JSON.stringify(
      [idOf(cloud.addresses, 'Name', 'six'), again].map(AddressId => ({ AddressId })),
    );
    expect(() => account.call('ReplaceCloudGtmAddressPoolAddress', { AddressPoolId, Addresses })).toThrow(
      '2001:db8::1 is in the pool already',
    );
    expect(account.call('ListCloudGtmAddresses', { Address: '2001:DB8:0::1' })).toMatchObject({
      TotalItems: 2,
    });
  });

  test('a config of type A takes no pool of IPv6, and no name twice', () => {
    const account = new Account(CLOUD);
    const { cloud } = account.emulator.account;
    const ConfigId = idOf(cloud.configs, 'ScheduleRrType', 'A');
    const AddressPools = JSON.stringify([{ AddressPoolId: idOf(cloud.pools, 'AddressPoolName', 'six') }]);
    const replace = () =>
      account.call('ReplaceCloudGtmInstanceConfigAddressPool', { ConfigId, AddressPools });
    expect(replace).toThrow('a config of type A cannot answer from a pool of type IPv6');
    const again = {
      InstanceId: 'gtm-cn-three',
      ScheduleHostname: 'WWW',
      ScheduleZoneName: 'example.com',
      Ttl: 60,
    };
    const create = () => account.call('CreateCloudGtmInstanceConfig', { ...again, ScheduleRrType: 'A' });
    expect(create).toThrow('has the config');
  });

  test('the name of a disabled config stays, without records', () => {
    const account = new Account(CLOUD);
    const { configs } = account.emulator.account.cloud;
    const switched = (field: 'ScheduleZoneName' | 'ScheduleRrType', value: string, EnableStatus: string) => {
      const ConfigId = idOf(configs, field, value);
      account.call('UpdateCloudGtmInstanceConfigEnableStatus', { ConfigId, EnableStatus });
    };
    const rcode = (name: string) => account.emulator.find({ name, type: TYPE.A, from: '' }).rcode;
    switched('ScheduleZoneName', 'example.org', 'disable');
    expect([rcode('example.org'), account.ask('example.org')]).toEqual(['NOERROR', []]);
    expect(rcode('nosuch.example.org')).toBe('NXDOMAIN');
    switched('ScheduleRrType', 'A', 'disable');
    expect(account.ask(NAME)).toEqual([]);
    expect(account.ask(NAME, 'AAAA')).toEqual(['AAAA 2001:db8::1']);
    switched('ScheduleRrType', 'AAAA', 'disable');
    expect([rcode(NAME), account.ask(NAME, 'AAAA')]).toEqual(['NOERROR', []]);
    switched('ScheduleRrType', 'A', 'enable');
    expect(account.ask(NAME)).toEqual(['A 192.0.2.1']);
  });

  test('what a sequence held on to over a restart is forgotten when its config is disabled', () => {
    const yaml = `
CloudGtm:
  Instances: [{ InstanceId: gtm-cn-three, InstanceName: three }]
  Addresses: [{ Name: a, Address: 192.0.2.1 }, { Name: b, Address: 192.0.2.2 }]
  AddressPools: [{ AddressPoolName: a, Addresses: [{ Name: a }] }, { AddressPoolName: b, Addresses: [{ Name: b }] }]
  InstanceConfigs:
    - { InstanceId: gtm-cn-three, ScheduleHostname: www, ScheduleZoneName: example.com, AddressPoolLbStrategy: sequence, SequenceLbStrategyMode: non_preemptive, AddressPools: [{ Name: a }, { Name: b }] }
`;
    const account = new Account(yaml, ({ cloud }) =>
      Object.fromEntries(
        Object.keys(cloud.configs).map(id => [id, [idOf(cloud.pools, 'AddressPoolName', 'b')]]),
      ),
    );
    expect(account.ask(NAME)).toEqual(['A 192.0.2.2']);
    const [ConfigId] = Object.keys(account.emulator.account.cloud.configs);
    for (const EnableStatus of ['disable', 'enable'])
      account.call('UpdateCloudGtmInstanceConfigEnableStatus', { ConfigId, EnableStatus });
    expect(account.ask(NAME)).toEqual(['A 192.0.2.1']);
  });

  test('a template says whether redirects are followed; 2.0 has no such word', () => {
    const monitor = (Protocol: string, ExtendInfo: string) =>
      `{ Name: ${Protocol}, Protocol: ${Protocol}, Interval: 60, Timeout: 2000, EvaluationCount: 1, FailureRate: 50, ExtendInfo: ${ExtendInfo}, IspCityNodes: [{ CityCode: '503', IspCode: '465' }] }`;
    const templates = [monitor('http', '{ followRedirect: true }'), monitor('https', '{ sni: true }')];
    const checked = three.replace(
      ' }]',
      ' }], Monitor: { ProtocolType: HTTP, MonitorExtendInfo: { followRedirect: true }, IspCityNode: [{ CityCode: "503" }] }',
    );
    const account = new Account(`${instance(checked, strategy('three'))}
CloudGtm:
  MonitorTemplates: [${templates.join(', ')}]
  Addresses: [{ Name: a, Address: 192.0.2.1, HealthTasks: [{ Template: http }, { Template: https }] }]
`);
    const { checks, instances } = planOf(account.emulator.account, SETTINGS);
    const monitors = [...checks.map(one => one.monitor), instances[0]?.pools[0]?.monitor];
    expect(monitors).toMatchObject([
      { protocol: 'HTTP', followRedirect: true },
      { protocol: 'HTTPS', followRedirect: false, sni: true },
      { protocol: 'HTTP', followRedirect: false },
    ]);
  });

  test('the same calls give the same ids', () => {
    const ids = () => Object.keys(new Account(CLOUD).emulator.account.cloud.pools);
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(2);
    for (const id of ids()) expect(id).toMatch(/^pool-\d{18}$/);
  });
});
