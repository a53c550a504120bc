import { describe, expect, test } from 'vitest';
import { judged } from '../../src/gtm/cloud-health.ts';
import type { CloudPoolModel, ResolvedCloud } from '../../src/gtm/cloud-model.ts';
import { type CloudDecision, cloudAnswer, decideCloud, sameCloudAnswers } from '../../src/gtm/cloud-route.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';

type PoolChange = Partial<Omit<CloudPoolModel, 'addresses'>>;

/** A pool whose addresses' checks bear the addresses' names. */
function pool(serial: number, addresses: readonly string[], change: PoolChange = {}): CloudPoolModel {
  return {
    id: `pool-${serial}`,
    serial,
    weight: 1,
    lines: [],
    enabled: true,
    type: 'A',
    judgement: 'any_ok',
    strategy: 'round_robin',
    preemptive: true,
    ...change,
    addresses: addresses.map((address, i) => ({
      id: address,
      address,
      serial: i + 1,
      weight: i + 1,
      lines: [],
      enabled: true,
      mode: 'auto',
      judgement: 'all_ok',
      tasks: [address],
    })),
  };
}

function config(strategy: ResolvedCloud['strategy'], ...pools: readonly CloudPoolModel[]): ResolvedCloud {
  const name = { id: 'c', name: 'www.example.com', zone: 'example.com', type: 'A', ttlSeconds: 60 } as const;
  return { ...name, strategy, preemptive: true, pools };
}

const random = seededRandom(1);
const everybody = ['default'];

function answers(decision: CloudDecision, times: number, lines: readonly string[] = everybody): string[] {
  return Array.from({ length: times }, (_, turn) => cloudAnswer(decision, lines, turn, random).data.join(''));
}

const decided = (one: ResolvedCloud, down: readonly string[] = [], before?: CloudDecision) =>
  decideCloud(one, before, new Set(down));

describe('a judgement', () => {
  test.each([
    ['any_ok', ['exceptional', 'ok_alert', 'ok_alert', 'ok_alert', 'ok']],
    ['p30_ok', ['exceptional', 'exceptional', 'ok_alert', 'ok_alert', 'ok']],
    ['p50_ok', ['exceptional', 'exceptional', 'ok_alert', 'ok_alert', 'ok']],
    ['p70_ok', ['exceptional', 'exceptional', 'exceptional', 'ok_alert', 'ok']],
    ['all_ok', ['exceptional', 'exceptional', 'exceptional', 'exceptional', 'ok']],
  ] as const)('%s of 0 to 4 of four', (judgement, expected) => {
    expect([0, 1, 2, 3, 4].map(good => judged(judgement, good, 4))).toEqual(expected);
  });

  test('is met by exactly its share, and never by nothing', () => {
    expect(judged('p30_ok', 3, 10)).toBe('ok_alert');
    expect(judged('p70_ok', 7, 10)).toBe('ok_alert');
    expect(judged('any_ok', 0, 0)).toBe('exceptional');
  });
});

describe('among pools', () => {
  test('round robin answers all, turning by one: 123, 312, 231', () => {
    const three = config('round_robin', pool(1, ['a']), pool(2, ['b']), pool(3, ['c']));
    expect(answers(decided(three), 4)).toEqual(['abc', 'cab', 'bca', 'abc']);
    expect(answers(decided(three, ['b']), 2)).toEqual(['ac', 'ca']);
  });

  test('round robin of pools of several puts each address in front', () => {
    const two = config('round_robin', pool(1, ['a', 'b']), pool(2, ['c', 'd']));
    expect(new Set(answers(decided(two), 4).map(one => one[0]))).toEqual(new Set('abcd'));
  });

  test('sequence answers the first that is available, whole', () => {
    const two = config('sequence', pool(1, ['a', 'b']), pool(2, ['c']));
    expect(answers(decided(two, ['a']), 1)).toEqual(['b']);
    expect(answers(decided(two, ['a', 'b']), 1)).toEqual(['c']);
  });

  test('an exceptional pool is left out, even if some of its addresses work', () => {
    const two = config('sequence', pool(1, ['a', 'b'], { judgement: 'all_ok' }), pool(2, ['c']));
    expect(answers(decided(two, ['a']), 1)).toEqual(['c']);
  });

  test('non-preemptive stays at 3 when 1 and 2 are back, as the documentation has it', () => {
    const three = {
      ...config('sequence', pool(1, ['a']), pool(2, ['b']), pool(3, ['c'])),
      preemptive: false,
    };
    const third = decided(three, ['a', 'b'], decided(three));
    expect(answers(third, 1)).toEqual(['c']);
    expect(answers(decided(three, [], third), 1)).toEqual(['c']);
    expect(answers(decided(three, ['c'], third), 1)).toEqual(['a']);
  });

  test('weight answers one pool, as often as it weighs', () => {
    const two = config('weight', pool(1, ['a'], { weight: 3 }), pool(2, ['b'], { weight: 1 }));
    const first = answers(decided(two), 4000).filter(one => one === 'a').length;
    expect(Math.abs(first - 3000)).toBeLessThan(4 * Math.sqrt(4000 * 0.75 * 0.25));
  });

  test('nearest answers the line of the client, then what it is a part of, then the global one', () => {
    const three = config(
      'source_nearest',
      pool(1, ['g'], { lines: ['default'] }),
      pool(2, ['t'], { lines: ['telecom'] }),
      pool(3, ['b'], { lines: ['cn_telecom_beijing'] }),
    );
    const chain = ['cn_telecom_beijing', 'telecom', 'default'];
    expect(answers(decided(three), 1, chain)).toEqual(['b']);
    expect(answers(decided(three, ['b']), 1, chain)).toEqual(['t']);
    expect(answers(decided(three, ['b', 't']), 1, chain)).toEqual(['g']);
    expect(answers(decided(three), 1, ['unicom', 'default'])).toEqual(['g']);
  });

  test('nearest answers the first of several pools of a line each time, and its addresses in turn', () => {
    const three = config(
      'source_nearest',
      pool(1, ['a', 'b']),
      pool(2, ['c']),
      pool(3, ['t'], { lines: ['telecom'] }),
    );
    expect(answers(decided(three), 3)).toEqual(['ab', 'ba', 'ab']);
    expect(answers(decided(three, ['a', 'b']), 2)).toEqual(['c', 'c']);
    expect(answers(decided(three, ['t']), 2, ['telecom', 'default'])).toEqual(['ab', 'ba']);
  });
});

describe('among addresses', () => {
  test('sequence answers one, and takes back or not', () => {
    const one = (preemptive: boolean) =>
      config('sequence', pool(1, ['a', 'b'], { strategy: 'sequence', preemptive }));
    expect(answers(decided(one(true)), 1)).toEqual(['a']);
    for (const preemptive of [true, false]) {
      const second = decided(one(preemptive), ['a'], decided(one(preemptive)));
      expect(answers(second, 1)).toEqual(['b']);
      expect(answers(decided(one(preemptive), [], second), 1)).toEqual([preemptive ? 'a' : 'b']);
    }
  });

  test('weight answers one, as often as it weighs', () => {
    const one = config('sequence', pool(1, ['a', 'b'], { strategy: 'weight' }));
    const second = answers(decided(one), 3000).filter(text => text === 'b').length;
    expect(Math.abs(second - 2000)).toBeLessThan(4 * Math.sqrt((3000 * 2) / 9));
  });

  test("nearest answers those of the client's line in turn, and all to a client of no line that any has", () => {
    const lines = { a: ['telecom'], b: ['telecom'], c: ['unicom'], d: [] } as Record<string, string[]>;
    const one = (...names: readonly string[]) => {
      const near = pool(1, names, { strategy: 'source_nearest' });
      const addresses = near.addresses.map(address => ({ ...address, lines: lines[address.id] ?? [] }));
      return config('sequence', { ...near, addresses });
    };
    const all = decided(one('a', 'b', 'c', 'd'));
    expect(answers(all, 2, ['telecom', 'default'])).toEqual(['ab', 'ba']);
    expect(answers(all, 1, ['unicom', 'default'])).toEqual(['c']);
    // What has no line is there for everybody.
    expect(answers(all, 1, ['mobile', 'default'])).toEqual(['d']);
    expect(answers(decided(one('a', 'c')), 1, ['mobile', 'default'])).toEqual(['ac']);
  });
});

describe('what is told of a decision', () => {
  const two = config('sequence', pool(1, ['a', 'b']), pool(2, ['c', 'd']), pool(3, ['e', 'f']));

  test('counts the available addresses of the first pool, and of the others', () => {
    expect(decided(two).available).toEqual({ DEFAULT: 2, FAILOVER: 4 });
    expect(decided(two, ['b', 'c', 'd', 'e']).available).toEqual({ DEFAULT: 1, FAILOVER: 1 });
    expect(decided(config('sequence')).available).toEqual({ DEFAULT: 0, FAILOVER: 0 });
  });

  test('counts none of a pool that is left out whole', () => {
    const strict = config('sequence', pool(1, ['a', 'b'], { judgement: 'all_ok' }), pool(2, ['c']));
    expect(decided(strict, ['a']).available).toEqual({ DEFAULT: 0, FAILOVER: 1 });
  });

  test('says how many pools are available, and to which one it falls back', () => {
    expect(decided(two, ['a', 'b'])).toMatchObject({ fallback: false, reason: '2 of 3 pools available' });
    expect(decided(two, ['a', 'b', 'c', 'd', 'e', 'f'])).toMatchObject({
      fallback: true,
      reason: '0 of 3 pools available: fallback to pool 1 with all its addresses',
    });
    expect(decided(config('sequence')).reason).toBe('0 of 0 pools available, none to fall back to');
  });
});

describe('two decisions give the same answers', () => {
  const pools = [pool(1, ['a', 'b']), pool(2, ['c'])];
  const answering = decided(config('round_robin', ...pools));
  const same = (other: CloudDecision) => sameCloudAnswers(answering, other);

  test('when they answer with the same, whatever they say of health', () => {
    const sequence = config('sequence', ...pools);
    expect(same(decided(config('round_robin', ...pools, pool(3, ['d'])), ['d']))).toBe(true);
    expect(sameCloudAnswers(decided(sequence), decided(sequence, ['c']))).toBe(true);
  });

  test('but not with another address, another weight, or shared out in another way', () => {
    expect(same(decided(config('round_robin', ...pools), ['b']))).toBe(false);
    expect(same(decided(config('round_robin', pool(1, ['a', 'b'], { weight: 2 }), pool(2, ['c']))))).toBe(
      false,
    );
    expect(same(decided(config('weight', ...pools)))).toBe(false);
  });
});

describe('when nothing is available', () => {
  test('the first pool with addresses answers with all of them, turning', () => {
    const two = config('sequence', pool(1, []), pool(2, ['a', 'b']), pool(3, ['c']));
    const fallback = decided(two, ['a', 'b', 'c']);
    expect(fallback).toMatchObject({ health: 'exceptional', fallback: true });
    expect(answers(fallback, 3)).toEqual(['ab', 'ba', 'ab']);
  });

  test('by line, it is the first pool of the global line, for every line', () => {
    const two = config(
      'source_nearest',
      pool(1, ['t'], { lines: ['telecom'] }),
      pool(2, ['g'], { lines: ['default'] }),
    );
    expect(answers(decided(two, ['t', 'g']), 1, ['telecom', 'default'])).toEqual(['g']);
  });

  test('a pool without lines is of the global line; without nearest, lines do not count', () => {
    const pools = [pool(1, ['t'], { lines: ['telecom'] }), pool(2, ['g'])];
    expect(answers(decided(config('source_nearest', ...pools), ['t', 'g']), 1)).toEqual(['g']);
    expect(answers(decided(config('sequence', ...pools), ['t', 'g']), 1)).toEqual(['t']);
  });

  test('without a global line, it is the first of all', () => {
    const two = config(
      'source_nearest',
      pool(1, ['t'], { lines: ['telecom'] }),
      pool(2, ['u'], { lines: ['unicom'] }),
    );
    expect(answers(decided(two, ['t', 'u']), 1, ['unicom', 'default'])).toEqual(['t']);
  });

  test('what somebody disabled comes last', () => {
    const off = pool(1, ['a'], { enabled: false });
    expect(answers(decided(config('sequence', off, pool(2, ['b'])), ['b']), 1)).toEqual(['b']);
    expect(answers(decided(config('sequence', off)), 1)).toEqual(['a']);
  });

  test('what somebody called unavailable is answered before nothing is, what is disabled never', () => {
    const away = pool(1, ['a', 'b', 'c']);
    const [a, b, c] = away.addresses.map(one => ({ ...one, mode: 'unavailable' as const }));
    const withdrawn = { ...away, addresses: [a, b, { ...c, enabled: false }] } as CloudPoolModel;
    expect(answers(decided(config('sequence', withdrawn)), 2)).toEqual(['ab', 'ba']);
    expect(answers(decided(config('sequence', withdrawn, pool(2, ['d'])), ['d']), 1)).toEqual(['d']);
    const disabled = { ...away, addresses: away.addresses.map(one => ({ ...one, enabled: false })) };
    expect(answers(decided(config('sequence', disabled)), 1)).toEqual(['']);
  });

  test('and no pool has addresses, there is no answer', () => {
    expect(answers(decided(config('sequence', pool(1, []))), 1)).toEqual(['']);
    expect(answers(decided(config('sequence')), 1)).toEqual(['']);
  });
});

test('a pool of domains answers one alias', () => {
  const one = config('sequence', pool(1, ['a.example.org', 'b.example.org'], { type: 'CNAME' }));
  const { type, data } = cloudAnswer(decided(one), everybody, 1, random);
  expect(type).toBe('CNAME');
  expect(data).toHaveLength(1);
});
