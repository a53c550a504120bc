import { describe, expect, test } from 'vitest';
import { gtmConfigSchema } from '../../src/gtm/config.ts';
import { resolveGtm } from '../../src/gtm/resolve.ts';
import { beijing1, beijing2, type Change, design, hangzhou, parse } from './design.ts';

describe('the shipped configuration', () => {
  test('resolves to both Beijing centres before Hangzhou', () => {
    const gtm = design();
    const [strategy] = gtm.strategies;
    expect(strategy?.primary.pools.flatMap(({ pool }) => pool.members.map(one => one.address))).toEqual([
      beijing1,
      beijing2,
    ]);
    expect(strategy?.backup?.pools.flatMap(({ pool }) => pool.members.map(one => one.address))).toEqual([
      hangzhou,
    ]);
    expect(gtm).toMatchObject({
      businessName: 'web-demo.example.com',
      accessDomain: 'web-demo.gtm.example.com',
      ttlSeconds: 60,
      emulator: { publishDelay: 2000, holdDown: 120_000, whenAllDown: 'default' },
    });
  });

  test('checks every 15 seconds from five vantage points, and fails what is above 400', () => {
    const gtm = design();
    expect(gtm.pools[0]?.monitor).toMatchObject({
      protocol: 'HTTP',
      interval: 15_000,
      timeout: 2000,
      evaluationCount: 3,
      recoverySuccesses: 2,
      failureRate: 50,
      host: 'web-demo.example.com',
      path: '/',
      port: 80,
      failsFrom: 401,
    });
    expect(new Set(gtm.pools.flatMap(pool => pool.monitor?.nodes ?? [])).size).toBe(5);
  });

  test('reads back from its own parsed form, as a journal carries it', () => {
    const config = parse();
    expect(gtmConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

test('a status equal to the code fails under codeComparison gte', () => {
  expect(design(['codeComparison: gt', 'codeComparison: gte']).pools[0]?.monitor).toMatchObject({
    failsFrom: 400,
  });
});

test('EMPTY stands for no backup set, as in the API', () => {
  const gtm = design(['FailoverAddrPool: [{ Name: hangzhou }]', 'FailoverAddrPool: EMPTY']);
  expect(gtm.strategies[0]?.backup).toBeUndefined();
});

test('an address may stand in place of a centre', () => {
  const gtm = design(['Addr: cluster2-beijing', 'Addr: 192.0.2.7']);
  expect(gtm.pools[0]?.members.map(one => one.address)).toEqual([beijing1, '192.0.2.7']);
});

describe('what cannot work is refused with its place', () => {
  const cases: readonly [string, Change, string][] = [
    [
      'a pool that is not there',
      ['[{ Name: hangzhou }]', '[{ Name: hangzhuo }]'],
      'AccessStrategies[0].FailoverAddrPool[0].Name: no pool "hangzhuo"; there are beijing, hangzhou',
    ],
    [
      'a minimum that the set can never reach',
      ['DefaultMinAvailableAddrNum: 1', 'DefaultMinAvailableAddrNum: 3'],
      'DefaultMinAvailableAddrNum: the set has 2 addresses: with 3 needed it is never available',
    ],
    [
      'the same address twice in a pool',
      ['Addr: cluster2-beijing', 'Addr: cluster1-beijing'],
      'AddrPools[0].Addr[1].Addr: the address "cluster1-beijing" is already there',
    ],
    [
      'two pools of one name',
      ['- Name: hangzhou', '- Name: beijing'],
      'AddrPools[1].Name: the pool "beijing" is already there',
    ],
    [
      'two vantage points of one name',
      ['Name: alibaba-738', 'Name: alibaba-569'],
      'the vantage point "alibaba-569" is already there',
    ],
    [
      'checks every 15 seconds on the standard edition',
      ['VersionCode: ultimate', 'VersionCode: standard'],
      'AddrPools[0].Monitor.Interval: an interval below 60 seconds needs VersionCode ultimate',
    ],
    [
      'a timeout that the cloud does not offer',
      ['Timeout: 2000', 'Timeout: 2500'],
      '2000, 3000, 5000, 10000',
    ],
    ['a check every 10 seconds', ['Interval: 15', 'Interval: 10'], 'AddrPools[0].Monitor.Interval'],
    ['an interval with a unit', ['Interval: 15', 'Interval: 15s'], 'must be a whole number of seconds'],
    ['four failures in a row', ['EvaluationCount: 3', 'EvaluationCount: 4'], 'Monitor.EvaluationCount'],
    [
      'a line that nobody is on',
      ['Lines: [default]', 'Lines: [telecom]'],
      'Lines[0]: unknown value "telecom"',
    ],
    ['a misspelt field', ['Timeout: 2000', 'TimeOut: 2000'], 'did you mean "Timeout"'],
    ['a broken address', ['Addr: cluster2-beijing', 'Addr: 203.0.113.256'], 'must be an IPv4 address'],
  ];

  test.each(cases)('%s', (_, change, message) => {
    expect(() => parse(change)).toThrow(message);
  });

  test('what the standard edition does not offer', () => {
    const many = Array.from({ length: 21 }, (_, i) => `{ Addr: 192.0.2.${i} }`);
    const changes: Change[] = [
      ['VersionCode: ultimate', 'VersionCode: standard'],
      ['Ttl: 60', 'Ttl: 10'],
      ['Addr:\n      - Addr: cluster1-hangzhou', `Addr: [${many.join()}]`],
    ];
    expect(() => parse(...changes)).toThrow('Config.Ttl: a TTL below 60 seconds needs VersionCode ultimate');
    expect(() => parse(...changes)).toThrow(
      'AddrPools[1].Addr: more than 20 addresses need VersionCode ultimate',
    );
    expect(() => parse(...changes.slice(1))).not.toThrow();
  });

  test('a pin to a backup set that is not there', () => {
    const changes: Change[] = [
      ['FailoverAddrPool: [{ Name: hangzhou }]', 'FailoverAddrPool: EMPTY'],
      ['AccessMode: AUTO', 'AccessMode: FAILOVER'],
    ];
    expect(() => parse(...changes)).toThrow('AccessMode: FAILOVER needs a FailoverAddrPool');
  });

  test('a centre that the topology does not have', () => {
    const config = parse(['Addr: cluster2-beijing', 'Addr: cluster3-beijing']);
    const addressOf = (name: string) => (name === 'cluster1-beijing' ? beijing1 : undefined);
    expect(() => resolveGtm(config, addressOf, 'gtm.yaml')).toThrow(
      'gtm.yaml: AddrPools[0].Addr[1].Addr: the topology has no centre "cluster3-beijing"',
    );
  });

  test('a centre beside its own address', () => {
    const config = parse(['Addr: cluster2-beijing', `Addr: ${beijing1}`]);
    expect(() => resolveGtm(config, () => beijing1)).toThrow(
      `${beijing1} (${beijing1}) is already in the pool`,
    );
  });
});
