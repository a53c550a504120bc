import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  AccessMode,
  AddressMode,
  LbaStrategy,
  PoolSet,
  SteeringSettings,
  Strategy,
} from '../../src/gtm/model.ts';
import { type Decision, decide, sameAnswers, type WeightedAddress } from '../../src/gtm/route.ts';
import { beijing1, beijing2, type Change, design, hangzhou } from './design.ts';

const key = (address: string) => `${address === hangzhou ? 'hangzhou' : 'beijing'}/${address}`;

/** The shipped strategy, changed, over a story of health changes. */
class Story {
  readonly strategy: Strategy;
  readonly emulator: SteeringSettings;
  mode: AccessMode = 'AUTO';
  now = 0;
  decision: Decision;
  readonly #alerts = new Set<string>();

  constructor(...changes: readonly Change[]) {
    const gtm = design(...changes);
    this.strategy = gtm.strategies[0] as Strategy;
    this.emulator = gtm.emulator;
    this.decision = decide(this.strategy, this.emulator, undefined, this.circumstances);
  }

  down(...addresses: readonly string[]): this {
    for (const address of addresses) this.#alerts.add(key(address));
    return this.review();
  }

  up(...addresses: readonly string[]): this {
    for (const address of addresses) this.#alerts.delete(key(address));
    return this.review();
  }

  at(now: number): this {
    this.now = now;
    return this.review();
  }

  pin(mode: AccessMode): this {
    this.mode = mode;
    return this.review();
  }

  get addresses(): readonly string[] {
    return this.decision.addresses.map(one => one.address);
  }

  private review(): this {
    this.decision = decide(this.strategy, this.emulator, this.decision, this.circumstances);
    return this;
  }

  private get circumstances() {
    return { now: this.now, accessMode: this.mode, alerts: this.#alerts };
  }
}

const minimum = (n: number): Change => ['DefaultMinAvailableAddrNum: 1', `DefaultMinAvailableAddrNum: ${n}`];
const whenAllDown = (policy: string): Change => ['whenAllDown: default', `whenAllDown: ${policy}`];
const noBackup: Change = ['FailoverAddrPool: [{ Name: hangzhou }]', 'FailoverAddrPool: EMPTY'];
const holdDown = (time: string): Change => ['holdDown: 120s', `holdDown: ${time}`];

describe('the design, by what is up in Beijing and in Hangzhou', () => {
  const both = [beijing1, beijing2];
  const table: readonly [string, string[], number, 'DEFAULT' | 'FAILOVER', string[]][] = [
    ['all up', [], 1, 'DEFAULT', both],
    ['all up', [], 2, 'DEFAULT', both],
    ['one Beijing centre down', [beijing1], 1, 'DEFAULT', [beijing2]],
    ['one Beijing centre down', [beijing1], 2, 'FAILOVER', [hangzhou]],
    ['Beijing down', both, 1, 'FAILOVER', [hangzhou]],
    ['Beijing down', both, 2, 'FAILOVER', [hangzhou]],
    ['Hangzhou down', [hangzhou], 1, 'DEFAULT', both],
    ['Hangzhou down', [hangzhou], 2, 'DEFAULT', both],
    ['one Beijing centre and Hangzhou down', [beijing1, hangzhou], 1, 'DEFAULT', [beijing2]],
    ['one Beijing centre and Hangzhou down', [beijing1, hangzhou], 2, 'DEFAULT', both],
    ['all down', [...both, hangzhou], 1, 'DEFAULT', both],
    ['all down', [...both, hangzhou], 2, 'DEFAULT', both],
  ];

  test.each(table)('%s (%j), at least %d needed: %s %j', (_, down, min, set, addresses) => {
    const story = new Story(minimum(min)).down(...down);
    expect(story.decision.set).toBe(set);
    expect(story.addresses).toEqual(addresses);
  });
});

describe('going back to the primary set', () => {
  test('waits until it has been available for the hold-down', () => {
    const story = new Story().at(1000).down(beijing1, beijing2).at(60_000).up(beijing1);
    expect(story.decision).toMatchObject({ set: 'FAILOVER', primarySince: 60_000, reviewAt: 180_000 });
    expect(story.at(179_999).decision.set).toBe('FAILOVER');
    expect(story.at(180_000).decision).toMatchObject({ set: 'DEFAULT', reviewAt: null });
    expect(story.decision.reason).toContain('the hold-down is over');
    expect(story.addresses).toEqual([beijing1]);
  });

  test('waits anew after a relapse', () => {
    const story = new Story().down(beijing1, beijing2).at(60_000).up(beijing1).at(100_000).down(beijing1);
    expect(story.decision).toMatchObject({ set: 'FAILOVER', primarySince: null, reviewAt: null });
    expect(story.at(110_000).up(beijing2).at(200_000).decision.set).toBe('FAILOVER');
    expect(story.at(230_000).decision.set).toBe('DEFAULT');
  });

  test('does not wait when the backup set has gone too', () => {
    const story = new Story().down(beijing1, beijing2).at(60_000).up(beijing2).down(hangzhou);
    expect(story.decision.set).toBe('DEFAULT');
    expect(story.addresses).toEqual([beijing2]);
  });

  test('happens at once without a hold-down, as the cloud seems to do', () => {
    const story = new Story(holdDown('0s')).down(beijing1, beijing2).at(60_000).up(beijing1);
    expect(story.decision.set).toBe('DEFAULT');
    expect(story.decision.reason).not.toContain('hold-down');
  });
});

describe('access modes', () => {
  test.each(['DEFAULT', 'FAILOVER'] as const)('%s holds whatever the health', set => {
    const story = new Story().pin(set).down(beijing1, beijing2);
    expect(story.decision.set).toBe(set);
    expect(story.down(hangzhou).decision.set).toBe(set);
  });

  test('a pinned set leaves dead addresses out, as long as one lives', () => {
    const story = new Story(minimum(2)).pin('DEFAULT').down(beijing1);
    expect(story.addresses).toEqual([beijing2]);
    expect(story.down(beijing2).addresses).toEqual([beijing1, beijing2]);
  });

  test('AUTO goes back at once to a primary set that was available all the time', () => {
    const story = new Story().pin('FAILOVER').at(500_000).pin('AUTO');
    expect(story.decision.set).toBe('DEFAULT');
  });
});

describe('address modes', () => {
  const mode = (mode: AddressMode): Change => [
    'Addr: cluster2-beijing',
    `Addr: cluster2-beijing\n        Mode: ${mode}`,
  ];

  test('OFFLINE is never answered, also when all is down', () => {
    const story = new Story(mode('OFFLINE'));
    expect(story.addresses).toEqual([beijing1]);
    expect(story.down(beijing1, hangzhou).addresses).toEqual([beijing1]);
  });

  test('ONLINE is answered whatever its health', () => {
    const story = new Story(mode('ONLINE')).down(beijing1, beijing2);
    expect(story.addresses).toEqual([beijing2]);
    expect(story.decision.available.DEFAULT).toBe(1);
  });
});

test('a set whose every address is OFFLINE leaves the last resort to the other', () => {
  const drained: Change = [
    'Addr:\n      - Addr: cluster1-beijing\n      - Addr: cluster2-beijing',
    'Addr: [{ Addr: cluster1-beijing, Mode: OFFLINE }, { Addr: cluster2-beijing, Mode: OFFLINE }]',
  ];
  expect(new Story(drained).addresses).toEqual([hangzhou]);
  expect(new Story(drained).down(hangzhou).addresses).toEqual([hangzhou]);
});

test('the same addresses from another set are another answer: the switch is to be seen', () => {
  const { decision } = new Story();
  expect(sameAnswers(decision, { ...decision })).toBe(true);
  expect(sameAnswers(decision, { ...decision, set: 'FAILOVER' })).toBe(false);
});

test('a decision says what its sets have, and what they need', () => {
  expect(new Story().decision.reason).toBe('DEFAULT has 2 available, needs 1; FAILOVER has 1, needs 1');
  const reason = (story: Story) => story.down(beijing1, beijing2).decision.reason;
  expect(reason(new Story(minimum(2)))).toBe('DEFAULT has 0 available, needs 2; FAILOVER has 1, needs 1');
  expect(reason(new Story(noBackup))).toBe(
    'no set is available: DEFAULT has 0 available, needs 1; no FAILOVER',
  );
});

describe('answers are other ones', () => {
  const { decision } = new Story();
  const [first, second] = decision.addresses as [WeightedAddress, WeightedAddress];
  const nearest = { ...decision, answer: { nearest: 2 } };

  test.each<[string, Partial<Decision>]>([
    ['of aliases in place of addresses', { type: 'CNAME' }],
    ['of one in place of all', { answer: 'one' }],
    ['of the nearest in place of all', { answer: { nearest: 2 } }],
    ['of fewer', { addresses: [first] }],
    ['of another address', { addresses: [first, { ...second, address: '192.0.2.1' }] }],
    ['of another weight', { addresses: [first, { ...second, weight: 7 }] }],
  ])('%s', (_, change) => {
    expect(sameAnswers(decision, { ...decision, ...change })).toBe(false);
    expect(sameAnswers({ ...decision, ...change }, decision)).toBe(false);
  });

  test('of more of the nearest, but not of as many', () => {
    expect(sameAnswers(nearest, { ...nearest, answer: { nearest: 3 } })).toBe(false);
    expect(sameAnswers(nearest, { ...nearest, answer: { nearest: 2 } })).toBe(true);
  });
});

describe('when no set is available', () => {
  const all = [beijing1, beijing2, hangzhou];

  test('default: all addresses of the primary set', () => {
    const story = new Story().down(beijing1, beijing2).down(hangzhou);
    expect(story.decision).toMatchObject({ set: 'DEFAULT', available: { DEFAULT: 0, FAILOVER: 0 } });
    expect(story.addresses).toEqual([beijing1, beijing2]);
    expect(story.decision.reason).toContain('no set is available');
  });

  test('last-known: what was answered before', () => {
    expect(new Story(whenAllDown('last-known')).down(beijing1, beijing2).down(hangzhou).addresses).toEqual([
      hangzhou,
    ]);
    expect(new Story(whenAllDown('last-known')).down(hangzhou, beijing2).down(beijing1).addresses).toEqual([
      beijing1,
    ]);
  });

  test('last-known does not keep a pin from its own set', () => {
    const story = new Story(whenAllDown('last-known')).down(hangzhou).pin('FAILOVER');
    expect(story.addresses).toEqual([hangzhou]);
  });

  test('last-known: everything when there was nothing before', () => {
    const { strategy, emulator } = new Story(whenAllDown('last-known'));
    const circumstances = {
      now: 0,
      accessMode: 'AUTO' as const,
      alerts: new Set([beijing1, beijing2, hangzhou].map(key)),
    };
    expect(decide(strategy, emulator, undefined, circumstances).addresses).toHaveLength(2);
  });

  test('empty: nothing', () => {
    expect(new Story(whenAllDown('empty')).down(...all).addresses).toEqual([]);
  });

  test('without a backup set, the primary set is all there is', () => {
    const story = new Story(noBackup).down(beijing1, beijing2);
    expect(story.decision.set).toBe('DEFAULT');
    expect(story.addresses).toEqual([beijing1, beijing2]);
  });

  test('a backup set that recovers first takes over, without waiting', () => {
    expect(
      new Story()
        .down(...all)
        .at(10_000)
        .up(hangzhou).decision.set,
    ).toBe('FAILOVER');
  });
});

describe('what an answer is composed of', () => {
  const members = (pool: string, weights: Record<string, number>) =>
    Object.entries(weights).map(([address, weight]) => ({
      key: `${pool}/${address}`,
      address,
      mode: 'SMART' as const,
      weight,
    }));
  const composed = (poolPolicy: LbaStrategy, setPolicy: LbaStrategy) => {
    const primary: PoolSet = {
      type: 'A',
      lbaStrategy: setPolicy,
      minimum: 1,
      pools: [
        {
          weight: 2,
          pool: { name: 'a', lbaStrategy: poolPolicy, members: members('a', { '1.1.1.1': 3, '1.1.1.2': 1 }) },
        },
        {
          weight: 5,
          pool: { name: 'b', lbaStrategy: poolPolicy, members: members('b', { '1.1.1.2': 1, '1.1.1.3': 4 }) },
        },
      ],
    };
    const { emulator } = design();
    const strategy: Strategy = { id: 's', name: 's', lines: ['default'], accessMode: 'AUTO', primary };
    const { answer, addresses } = decide(strategy, emulator, undefined, {
      now: 0,
      accessMode: 'AUTO',
      alerts: new Set(),
    });
    return {
      answer,
      weights: addresses.map(one => one.weight),
      addresses: addresses.map(one => one.address),
    };
  };

  test.each(['ALL_RR', 'RATIO'] as const)(
    'all of them, each once, from pools of policy %s under a strategy ALL_RR',
    pools => {
      expect(composed(pools, 'ALL_RR')).toMatchObject({
        answer: 'all',
        addresses: ['1.1.1.1', '1.1.1.2', '1.1.1.3'],
      });
    },
  );

  const answerOf = (change: Partial<PoolSet>) => {
    const { emulator, strategies } = design();
    const [shipped] = strategies as [Strategy];
    const strategy = { ...shipped, primary: { ...shipped.primary, ...change } };
    const { type, answer } = decide(strategy, emulator, undefined, {
      now: 0,
      accessMode: 'AUTO',
      alerts: new Set(),
    });
    return { type, answer };
  };

  test('as many of the nearest as the strategy says', () => {
    expect(answerOf({ nearest: 3 })).toEqual({ type: 'A', answer: { nearest: 3 } });
    expect(answerOf({ nearest: 3, lbaStrategy: 'RATIO' }).answer).toEqual({ nearest: 3 });
  });

  test('one name, when they are names: a name may be the alias of one alone', () => {
    expect(answerOf({ type: 'CNAME', lbaStrategy: 'ALL_RR' })).toEqual({ type: 'CNAME', answer: 'one' });
    expect(answerOf({ type: 'CNAME', nearest: 3 }).answer).toEqual({ nearest: 1 });
  });

  test('what kind of records, says the set that answers', () => {
    const { emulator, strategies } = design();
    const [shipped] = strategies as [Strategy];
    const strategy = { ...shipped, backup: { ...(shipped.backup as PoolSet), type: 'CNAME' as const } };
    const typeWith = (accessMode: AccessMode) =>
      decide(strategy, emulator, undefined, { now: 0, accessMode, alerts: new Set() }).type;
    expect(typeWith('DEFAULT')).toBe('A');
    expect(typeWith('FAILOVER')).toBe('CNAME');
  });

  test('one by the weight of pool and address, from pools RATIO under a strategy RATIO', () => {
    expect(composed('RATIO', 'RATIO')).toMatchObject({
      answer: 'one',
      weights: [2 * 3, 2 * 1 + 5 * 1, 5 * 4],
    });
  });

  test('one by the weight of the pool alone, from pools ALL_RR under a strategy RATIO', () => {
    expect(composed('ALL_RR', 'RATIO')).toMatchObject({ answer: 'one', weights: [2, 2 + 5, 5] });
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('down', 'up'), address: fc.constantFrom(beijing1, beijing2, hangzhou) }),
    fc.record({ do: fc.constant('wait'), ms: fc.nat(200_000) }),
    fc.record({ do: fc.constant('pin'), mode: fc.constantFrom<AccessMode>('AUTO', 'DEFAULT', 'FAILOVER') }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  const settings = fc.record({
    minimum: fc.constantFrom(1, 2),
    backup: fc.boolean(),
    holdDown: fc.constantFrom('0s', '120s'),
    whenAllDown: fc.constantFrom('default', 'last-known', 'empty'),
  });

  function follow(story: Story, step: Step): void {
    if ('address' in step) story[step.do as 'down' | 'up'](step.address);
    else if ('ms' in step) story.at(story.now + step.ms);
    else if (step.mode !== 'FAILOVER' || story.strategy.backup) story.pin(step.mode);
  }

  /** The rules of the sets said again, over the whole story: slow, and without state. */
  function naive(
    seen: readonly { now: number; up: ReadonlySet<string>; mode: AccessMode }[],
    story: Story,
  ): 'DEFAULT' | 'FAILOVER' {
    const beijing = (up: ReadonlySet<string>) => [beijing1, beijing2].filter(one => up.has(one)).length;
    const min = story.strategy.primary.minimum;
    let set: 'DEFAULT' | 'FAILOVER' = 'DEFAULT';
    for (const [i, { now, up, mode }] of seen.entries()) {
      const primary = beijing(up) >= min;
      const backup = story.strategy.backup !== undefined && up.has(hangzhou);
      const lastBad = seen.slice(0, i + 1).findLastIndex(moment => beijing(moment.up) < min);
      const since = seen[lastBad + 1]?.now ?? now;
      const keeps = story.emulator.whenAllDown === 'last-known';
      if (mode !== 'AUTO') set = mode;
      else if (primary && backup)
        set = set === 'FAILOVER' && now - since < story.emulator.holdDown ? set : 'DEFAULT';
      else if (primary) set = 'DEFAULT';
      else if (backup) set = 'FAILOVER';
      else if (!keeps) set = 'DEFAULT';
    }
    return set;
  }

  test('the set is what the rules say, and the answer holds only what lives, unless nothing does', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 25 }), (options, steps) => {
        const changes: Change[] = [
          minimum(options.minimum),
          holdDown(options.holdDown),
          whenAllDown(options.whenAllDown),
        ];
        const story = new Story(...changes, ...(options.backup ? [] : [noBackup]));
        const up = new Set([beijing1, beijing2, hangzhou]);
        const seen = [{ now: 0, up: new Set(up), mode: story.mode }];
        for (const one of steps) {
          if ('address' in one) up[one.do === 'up' ? 'add' : 'delete'](one.address);
          follow(story, one);
          seen.push({ now: story.now, up: new Set(up), mode: story.mode });
          const { set, available } = story.decision;
          expect(set).toBe(naive(seen, story));

          const own = set === 'DEFAULT' ? [beijing1, beijing2] : [hangzhou];
          const living = own.filter(address => up.has(address));
          const needed = story.mode !== 'AUTO' || set === 'FAILOVER' ? 1 : options.minimum;
          if (living.length >= needed) expect(story.addresses).toEqual(living);
          else if (options.whenAllDown === 'default') expect(story.addresses).toEqual(own);
          else if (options.whenAllDown === 'empty') expect(story.addresses).toEqual([]);
          else expect(own).toEqual(expect.arrayContaining([...story.addresses]));
          if (options.whenAllDown !== 'empty') expect(story.addresses).not.toEqual([]);
          expect(available.DEFAULT).toBe([beijing1, beijing2].filter(one => up.has(one)).length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('deciding again in unchanged circumstances changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), steps => {
        const story = new Story();
        for (const one of steps) follow(story, one);
        const before = story.decision;
        expect(sameAnswers(before, story.at(story.now).decision)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
