import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyAccount, newInstance } from '../../src/gtm/account/account.ts';
import { ApiError } from '../../src/gtm/account/errors.ts';
import { TYPE } from '../../src/gtm/dns/types.ts';
import { Emulator, type Saved } from '../../src/gtm/emulator.ts';
import { flatten } from '../../src/gtm/seed.ts';
import type { HttpRequest } from '../../src/runtime/network.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { tell } from '../../src/runtime/told.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

/*
 * Any sequence of API calls, health changes and time against a naive model of the documentation's state machines: which
 * addresses are available, which set or pool answers, and with what. Checks have one vantage point, one failure and one
 * success, and no delay follows, so that the model needs no timing: after an interval, health is known.
 */

const INTERVAL_S = 15;
const SETTLE_MS = 2 * INTERVAL_S * 1000;
const A = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] as const;
type Address = (typeof A)[number];
const addressOf = fc.constantFrom(...A);

const SETTINGS = {
  publishDelay: 0,
  holdDown: 0,
  recoverySuccesses: 1,
  whenAllDown: 'default',
  codeComparison: 'gt',
  configId: 'text',
  quotas: true,
} as const;

/** An emulator in virtual time before addresses whose health a test sets; it may be killed at any point. */
class World {
  readonly clock = new VirtualClock();
  readonly down = new Set<string>();
  emulator: Emulator;
  #saved: string;
  readonly #network = simulatedNetwork(this.clock, seededRandom(1));

  constructor(account: object) {
    for (const address of A)
      this.#network.listen(address, address, {
        accepts: () => 'accept',
        handle: (_: HttpRequest, asker) =>
          tell(asker, { status: this.down.has(address) ? 503 : 200, body: '' }),
      });
    this.#saved = JSON.stringify({ account, alerts: [] });
    this.emulator = this.#start();
  }

  call(action: string, parameters: Readonly<Record<string, unknown>>): Record<string, string> {
    return this.emulator.call(action, flatten(parameters)) as Record<string, string>;
  }

  /** Ends the process without a word, and starts another one with what was kept. */
  kill(): void {
    this.emulator.stop();
    this.emulator = this.#start();
  }

  ask(name: string): string[] {
    const { answers } = this.emulator.find({ name, type: TYPE.A, from: '198.51.100.1' });
    return answers.flatMap(set => (set.type === 'A' ? [...set.data] : [])).sort();
  }

  #start(): Emulator {
    return new Emulator({
      settings: SETTINGS,
      saved: JSON.parse(this.#saved) as Saved,
      save: saved => {
        this.#saved = JSON.stringify(saved);
      },
      now: () => 1_000_000 + this.clock.now(),
      clock: this.clock,
      random: seededRandom(2),
      journal: { append() {} },
      network: this.#network,
      centreOf: () => undefined,
    });
  }
}

const NODE = [{ CityCode: '503', IspCode: '465' }];

type Mode = 'SMART' | 'ONLINE' | 'OFFLINE';
type AccessMode = 'AUTO' | 'DEFAULT' | 'FAILOVER';

/** Section 1.6, as it reads. */
class Model2 {
  readonly pools: Record<'first' | 'second', { addresses: Map<Address, Mode>; isMonitored: boolean }> = {
    first: {
      addresses: new Map([
        [A[0], 'SMART'],
        [A[1], 'SMART'],
      ]),
      isMonitored: true,
    },
    second: { addresses: new Map([[A[2], 'SMART']]), isMonitored: true },
  };
  minimum = 1;
  mode: AccessMode = 'AUTO';

  available(pool: 'first' | 'second', down: ReadonlySet<string>): string[] {
    const { addresses, isMonitored } = this.pools[pool];
    return [...addresses]
      .filter(
        ([address, mode]) => mode === 'ONLINE' || (mode === 'SMART' && !(isMonitored && down.has(address))),
      )
      .map(([address]) => address);
  }

  answer(down: ReadonlySet<string>): { set: 'DEFAULT' | 'FAILOVER'; addresses: string[] } {
    const [primary, backup] = [this.available('first', down), this.available('second', down)];
    const isUp = { DEFAULT: primary.length >= this.minimum, FAILOVER: backup.length >= 1 };
    if (this.mode === 'AUTO') {
      if (isUp.DEFAULT) return { set: 'DEFAULT', addresses: primary };
      if (isUp.FAILOVER) return { set: 'FAILOVER', addresses: backup };
      return this.everything('DEFAULT');
    }
    const pinned = this.mode === 'DEFAULT' ? primary : backup;
    return pinned.length > 0 ? { set: this.mode, addresses: pinned } : this.everything(this.mode);
  }

  /** Both down: all that is not OFFLINE, of the set, or of the other one where that is nothing. */
  everything(set: 'DEFAULT' | 'FAILOVER'): { set: 'DEFAULT' | 'FAILOVER'; addresses: string[] } {
    const of = (pool: 'first' | 'second') =>
      [...this.pools[pool].addresses].filter(([, mode]) => mode !== 'OFFLINE').map(([address]) => address);
    const [own, other] = set === 'DEFAULT' ? [of('first'), of('second')] : [of('second'), of('first')];
    if (own.length > 0) return { set, addresses: own };
    return other.length > 0
      ? { set: set === 'DEFAULT' ? 'FAILOVER' : 'DEFAULT', addresses: other }
      : { set, addresses: [] };
  }
}

interface Real2 {
  readonly world: World;
  readonly ids: Record<'first' | 'second' | 'strategy' | 'firstMonitor' | 'secondMonitor', string>;
}

type Step2 = fc.AsyncCommand<Model2, Real2>;

/** A step that changes both, then time for checks to see it, then the comparison. */
function step2(name: string, change: (model: Model2, real: Real2) => void): Step2 {
  return {
    check: () => true,
    async run(model, real) {
      change(model, real);
      await real.world.clock.sleep(SETTLE_MS);
      compare2(model, real);
    },
    toString: () => name,
  };
}

function compare2(model: Model2, { world, ids }: Real2): void {
  const { set, addresses } = model.answer(world.down);
  expect(world.ask('www.example.com')).toEqual(addresses.toSorted());
  expect(world.call('DescribeDnsGtmAccessStrategy', { StrategyId: ids.strategy })).toMatchObject({
    AccessMode: model.mode,
    EffectiveAddrPoolGroupType: set,
    DefaultAvailableAddrNum: model.available('first', world.down).length,
    FailoverAvailableAddrNum: model.available('second', world.down).length,
    DefaultAddrPoolGroupStatus:
      model.available('first', world.down).length >= model.minimum ? 'AVAILABLE' : 'NOT_AVAILABLE',
  });
}

function sets(real: Real2, minimum: number): object {
  return {
    DefaultAddrPoolType: 'IPV4',
    DefaultAddrPool: [{ Id: real.ids.first }],
    DefaultLbaStrategy: 'ALL_RR',
    DefaultMinAvailableAddrNum: minimum,
    FailoverAddrPoolType: 'IPV4',
    FailoverAddrPool: [{ Id: real.ids.second }],
    FailoverLbaStrategy: 'ALL_RR',
    FailoverMinAvailableAddrNum: 1,
  };
}

function setUp2(): Real2 {
  const world = new World(
    accountWith({
      instances: { 'gtm-cn-x': { InstanceId: 'gtm-cn-x', VersionCode: 'ultimate' } },
    }),
  );
  const InstanceId = 'gtm-cn-x';
  world.call('UpdateDnsGtmInstanceGlobalConfig', {
    InstanceId,
    InstanceName: 'x',
    PublicRr: 'www',
    PublicZoneName: 'example.com',
  });
  const pool = (name: string, addresses: readonly string[]) =>
    world.call('AddDnsGtmAddressPool', {
      InstanceId,
      Name: name,
      Type: 'IPV4',
      LbaStrategy: 'ALL_RR',
      Addr: addresses.map(Addr => ({ Addr, Mode: 'SMART', AttributeInfo: '{}' })),
      MonitorStatus: 'OPEN',
      ProtocolType: 'HTTP',
      Interval: INTERVAL_S,
      Timeout: 2000,
      EvaluationCount: 1,
      MonitorExtendInfo: '{"code":400}',
      IspCityNode: NODE,
    });
  const [first, second] = [pool('first', [A[0], A[1]]), pool('second', [A[2]])];
  const real: Real2 = {
    world,
    ids: {
      first: first['AddrPoolId'] ?? '',
      second: second['AddrPoolId'] ?? '',
      firstMonitor: first['MonitorConfigId'] ?? '',
      secondMonitor: second['MonitorConfigId'] ?? '',
      strategy: '',
    },
  };
  const strategy = { InstanceId, StrategyName: 's', StrategyMode: 'GEO', Lines: '["default"]' };
  const { StrategyId = '' } = world.call('AddDnsGtmAccessStrategy', { ...strategy, ...sets(real, 1) });
  return { ...real, ids: { ...real.ids, strategy: StrategyId } };
}

function accountWith(more: { instances?: object; cloud?: object }): object {
  const bought = { created: 0, expires: 0, TaskQuota: 1, SmsQuota: 1 };
  const instances = Object.fromEntries(
    Object.entries(more.instances ?? {}).map(([InstanceId, one]) => [
      InstanceId,
      { ...newInstance({ InstanceId, VersionCode: 'ultimate', ...bought }), ...(one as object) },
    ]),
  );
  return { ...emptyAccount(), instances };
}

const poolName = fc.constantFrom('first' as const, 'second' as const);

const steps2 = [
  fc.tuple(addressOf, fc.boolean()).map(([address, up]) =>
    step2(`${address} ${up ? 'up' : 'down'}`, (_, { world }) => {
      if (up) world.down.delete(address);
      else world.down.add(address);
    }),
  ),
  fc.constantFrom<AccessMode>('AUTO', 'DEFAULT', 'FAILOVER').map(mode =>
    step2(`pin ${mode}`, (model, { world, ids }) => {
      world.call('SetDnsGtmAccessMode', { StrategyId: ids.strategy, AccessMode: mode });
      model.mode = mode;
    }),
  ),
  fc
    .tuple(
      poolName,
      fc.uniqueArray(fc.tuple(addressOf, fc.constantFrom<Mode>('SMART', 'ONLINE', 'OFFLINE')), {
        minLength: 1,
        selector: ([address]) => address,
      }),
    )
    .map(([pool, members]) =>
      step2(`${pool} has ${members.join(' ')}`, (model, { world, ids }) => {
        const Addr = members.map(([address, Mode]) => ({ Addr: address, Mode }));
        world.call('UpdateDnsGtmAddressPool', { AddrPoolId: ids[pool], LbaStrategy: 'ALL_RR', Addr });
        model.pools[pool].addresses = new Map(members);
      }),
    ),
  fc.tuple(poolName, fc.boolean()).map(([pool, open]) =>
    step2(`check ${pool}: ${open}`, (model, { world, ids }) => {
      const MonitorConfigId = ids[`${pool}Monitor`];
      world.call('SetDnsGtmMonitorStatus', { MonitorConfigId, Status: open ? 'OPEN' : 'CLOSE' });
      model.pools[pool].isMonitored = open;
    }),
  ),
  fc.integer({ min: 1, max: 4 }).map(minimum =>
    step2(`minimum ${minimum}`, (model, real) => {
      const call = { StrategyId: real.ids.strategy, StrategyName: 's', ...sets(real, minimum) };
      real.world.call('UpdateDnsGtmAccessStrategy', call);
      model.minimum = minimum;
    }),
  ),
  fc.constantFrom('DeleteDnsGtmAddressPool', 'SetDnsGtmAccessMode').map(action =>
    step2(`refused ${action}`, (_, { world, ids }) => {
      expect(() =>
        world.call(action, { AddrPoolId: ids.first, StrategyId: ids.strategy, AccessMode: 'X' }),
      ).toThrow(ApiError);
    }),
  ),
  fc.constant(step2('kill', (_, { world }) => world.kill())),
];

test('2.0: sets, pins, minima, modes and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps2, { maxCommands: 40 }), async commands => {
      const real = setUp2();
      await real.world.clock.run(() => fc.asyncModelRun(() => ({ model: new Model2(), real }), commands));
      real.world.emulator.stop();
    }),
    { numRuns: 100 },
  );
}, 60_000);

/** Sections 2.3, 2.4 and 2.6, as they read: a config of two pools in sequence, a pool of two addresses and one of one. */
class Model3 {
  readonly pools = [
    {
      addresses: [A[0], A[1]] as readonly Address[],
      enabled: true,
      judgement: 'any_ok' as 'any_ok' | 'all_ok',
    },
    { addresses: [A[2]] as readonly Address[], enabled: true, judgement: 'any_ok' as 'any_ok' | 'all_ok' },
  ];
  readonly addresses = new Map<Address, { enabled: boolean; mode: 'auto' | 'available' | 'unavailable' }>(
    A.map(address => [address, { enabled: true, mode: 'auto' }]),
  );
  preemptive = true;
  held: number | undefined;

  isUp(address: Address, down: ReadonlySet<string>): boolean {
    const { enabled, mode } = this.addresses.get(address) ?? { enabled: false, mode: 'auto' };
    return enabled && (mode === 'auto' ? !down.has(address) : mode === 'available');
  }

  isPoolUp(index: number, down: ReadonlySet<string>): boolean {
    const pool = this.pools[index];
    if (!pool?.enabled) return false;
    const up = pool.addresses.filter(address => this.isUp(address, down)).length;
    return pool.judgement === 'all_ok' ? up > 0 && up === pool.addresses.length : up > 0;
  }

  /** After every step: a sequence moves when its pool is gone, or when it takes back. */
  answer(down: ReadonlySet<string>): string[] {
    const up = [0, 1].filter(index => this.isPoolUp(index, down));
    if (up.length === 0) {
      this.held = undefined;
      // What somebody called unavailable comes before nothing.
      for (const unavailableToo of [false, true]) {
        const served = (index: number) =>
          (this.pools[index]?.addresses ?? []).filter(address => {
            const { enabled, mode } = this.addresses.get(address) ?? { enabled: false, mode: 'auto' };
            return enabled && (unavailableToo || mode !== 'unavailable');
          });
        const enabled = [0, 1].find(index => this.pools[index]?.enabled && served(index).length > 0);
        const any = enabled ?? [0, 1].find(index => served(index).length > 0);
        if (any !== undefined) return served(any);
      }
      return [];
    }
    const keeps = !this.preemptive && this.held !== undefined && up.includes(this.held);
    this.held = keeps ? this.held : up[0];
    return (this.pools[this.held as number]?.addresses ?? []).filter(address => this.isUp(address, down));
  }
}

interface Real3 {
  readonly world: World;
  readonly pools: readonly [string, string];
  readonly addresses: ReadonlyMap<Address, string>;
  readonly config: string;
}

type Step3 = fc.AsyncCommand<Model3, Real3>;

function step3(name: string, change: (model: Model3, real: Real3) => void): Step3 {
  return {
    check: () => true,
    async run(model, real) {
      change(model, real);
      await real.world.clock.sleep(SETTLE_MS);
      expect(real.world.ask('www.example.com'), name).toEqual(model.answer(real.world.down).toSorted());
      const { HealthStatus, AvailableStatus } = real.world.call('DescribeCloudGtmInstanceConfigFullInfo', {
        ConfigId: real.config,
      });
      const up = [0, 1].filter(index => model.isPoolUp(index, real.world.down)).length;
      expect([HealthStatus, AvailableStatus]).toEqual([
        ['exceptional', 'ok_alert', 'ok'][up],
        up > 0 ? 'available' : 'unavailable',
      ]);
    },
    toString: () => name,
  };
}

function setUp3(): Real3 {
  const world = new World(accountWith({}));
  const { TemplateId } = world.call('CreateCloudGtmMonitorTemplate', {
    Name: 't',
    Protocol: 'http',
    IpVersion: 'IPv4',
    Interval: INTERVAL_S,
    Timeout: 2000,
    EvaluationCount: 1,
    FailureRate: 50,
    ExtendInfo: '{"code":400}',
    IspCityNodes: JSON.stringify(NODE),
  });
  const addresses = new Map(
    A.map(address => [
      address,
      world.call('CreateCloudGtmAddress', {
        Name: address,
        Address: address,
        Type: 'IPv4',
        EnableStatus: 'enable',
        AvailableMode: 'auto',
        HealthJudgement: 'all_ok',
        HealthTasks: JSON.stringify([{ TemplateId, Port: 80 }]),
      })['AddressId'] ?? '',
    ]),
  );
  const pool = (members: readonly Address[]) => {
    const settings = { AddressPoolType: 'IPv4', EnableStatus: 'enable', HealthJudgement: 'any_ok' };
    const { AddressPoolId = '' } = world.call('CreateCloudGtmAddressPool', {
      AddressPoolName: 'p',
      ...settings,
    });
    const Addresses = JSON.stringify(members.map(address => ({ AddressId: addresses.get(address) })));
    world.call('ReplaceCloudGtmAddressPoolAddress', { AddressPoolId, Addresses });
    return AddressPoolId;
  };
  const pools = [pool([A[0], A[1]]), pool([A[2]])] as const;
  const { ConfigId = '' } = world.call('CreateCloudGtmInstanceConfig', {
    ChargeType: 'postpay',
    ScheduleZoneName: 'example.com',
    ScheduleHostname: 'www',
    ScheduleRrType: 'A',
    Ttl: 60,
    EnableStatus: 'enable',
  });
  const AddressPools = JSON.stringify(pools.map(AddressPoolId => ({ AddressPoolId })));
  world.call('ReplaceCloudGtmInstanceConfigAddressPool', { ConfigId, AddressPools });
  return { world, pools, addresses, config: ConfigId };
}

const index = fc.constantFrom(0 as const, 1 as const);

const steps3 = [
  fc.tuple(addressOf, fc.boolean()).map(([address, up]) =>
    step3(`${address} ${up ? 'up' : 'down'}`, (_, { world }) => {
      if (up) world.down.delete(address);
      else world.down.add(address);
    }),
  ),
  fc.tuple(index, fc.boolean()).map(([which, enabled]) =>
    step3(`pool ${which} ${enabled}`, (model, { world, pools }) => {
      const EnableStatus = enabled ? 'enable' : 'disable';
      world.call('UpdateCloudGtmAddressPoolEnableStatus', { AddressPoolId: pools[which], EnableStatus });
      Object.assign(model.pools[which] ?? {}, { enabled });
    }),
  ),
  fc.tuple(index, fc.constantFrom('any_ok' as const, 'all_ok' as const)).map(([which, judgement]) =>
    step3(`pool ${which} ${judgement}`, (model, { world, pools }) => {
      const change = { AddressPoolId: pools[which], HealthJudgement: judgement };
      world.call('UpdateCloudGtmAddressPoolBasicConfig', change);
      Object.assign(model.pools[which] ?? {}, { judgement });
    }),
  ),
  fc.tuple(index, fc.uniqueArray(addressOf, { minLength: 1, maxLength: 3 })).map(([which, members]) =>
    step3(`pool ${which} has ${members}`, (model, { world, pools, addresses }) => {
      const Addresses = JSON.stringify(members.map(address => ({ AddressId: addresses.get(address) })));
      world.call('ReplaceCloudGtmAddressPoolAddress', { AddressPoolId: pools[which], Addresses });
      Object.assign(model.pools[which] ?? {}, { addresses: members });
    }),
  ),
  fc
    .tuple(addressOf, fc.constantFrom('auto' as const, 'available' as const, 'unavailable' as const))
    .map(([address, mode]) =>
      step3(`${address} ${mode}`, (model, { world, addresses }) => {
        world.call('UpdateCloudGtmAddressManualAvailableStatus', {
          AddressId: addresses.get(address),
          AvailableMode: mode === 'auto' ? 'auto' : 'manual',
          ...(mode !== 'auto' && { ManualAvailableStatus: mode }),
        });
        Object.assign(model.addresses.get(address) ?? {}, { mode });
      }),
    ),
  fc.boolean().map(preemptive =>
    step3(`preemptive ${preemptive}`, (model, { world, config }) => {
      world.call('UpdateCloudGtmInstanceConfigLbStrategy', {
        ConfigId: config,
        AddressPoolLbStrategy: 'sequence',
        SequenceLbStrategyMode: preemptive ? 'preemptive' : 'non_preemptive',
      });
      model.preemptive = preemptive;
    }),
  ),
  fc.constant(step3('kill', (_, { world }) => world.kill())),
];

test('3.0: judgements, sequences that take back or not, manual modes and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps3, { maxCommands: 40 }), async commands => {
      const real = setUp3();
      await real.world.clock.run(() => fc.asyncModelRun(() => ({ model: new Model3(), real }), commands));
      real.world.emulator.stop();
    }),
    { numRuns: 100 },
  );
}, 60_000);

describe('a restart', () => {
  const LONG = 10 * SETTLE_MS;

  test('does not take a sequence back that is not to be taken back', async () => {
    const { world, config } = setUp3();
    await world.clock.run(async () => {
      const change = {
        ConfigId: config,
        AddressPoolLbStrategy: 'sequence',
        SequenceLbStrategyMode: 'non_preemptive',
      };
      world.call('UpdateCloudGtmInstanceConfigLbStrategy', change);
      for (const address of [A[0], A[1]]) world.down.add(address);
      await world.clock.sleep(LONG);
      world.down.clear();
      await world.clock.sleep(LONG);
      expect(world.ask('www.example.com')).toEqual([A[2]]);
      world.kill();
      await world.clock.sleep(LONG);
      expect(world.ask('www.example.com')).toEqual([A[2]]);
      world.emulator.stop();
    });
  });

  test('does not forget what was down, nor that the backup set answers', async () => {
    const { world } = setUp2();
    await world.clock.run(async () => {
      for (const address of [A[0], A[1]]) world.down.add(address);
      await world.clock.sleep(LONG);
      world.kill();
      expect(world.ask('www.example.com')).toEqual([A[2]]);
      world.emulator.stop();
    });
  });
});
