import { describe, expect, test } from 'vitest';
import { type Baseline, baselineText, parseBaseline } from '../../src/gate/baseline.ts';
import type { Budgets } from '../../src/gate/config.ts';
import { figuresOf, seriesOf } from '../../src/gate/figures.ts';
import { type GateRow, judgeGate } from '../../src/gate/judge.ts';
import type { Measures } from '../../src/gate/measures.ts';
import { InputError } from '../../src/runtime/input-error.ts';
import { measures } from './measures.ts';

const SEEDS = 20;
const drills = (change: (seed: number) => Partial<Measures> & { rto?: number | null }) =>
  Array.from({ length: SEEDS }, (_, index) => measures({ ...change(index + 1), seed: index + 1 }));
/** Recoveries of 98.1, 98.2, … 100 s, as those of a large population are. */
const usual = drills(seed => ({ rto: 98_000 + seed * 100 }));
/** Of 62, 64, … 100 s, as those of a small one are. */
const scattered = (factor: number, shift = 0) =>
  drills(seed => ({ rto: (60_000 + ((((seed + shift) * 7) % SEEDS) + 1) * 2000) * factor }));

function judged(now: readonly Measures[], budgets: Budgets = {}, baseline?: Baseline) {
  const gates = { seeds: SEEDS, tolerance: 0.05, scenarios: [{ name: 'one', budgets }] };
  return judgeGate(gates, new Map([['one', now]]), baseline);
}

function baselineOf(before: readonly Measures[]): Baseline {
  const text = baselineText(SEEDS, new Map([['one', seriesOf(before)]]));
  return parseBaseline(text, 'baseline.json', SEEDS);
}

const row = (rows: readonly GateRow[], name: string) => rows.find(each => each.name === name);

test('figures are over all seeds: percentiles of recoveries, a share of errors, the most of the others', () => {
  const values = Object.fromEntries(
    seriesOf(usual)
      .flatMap(figuresOf)
      .map(({ name, value }) => [name, value]),
  );
  expect(values).toEqual({
    'rto outage honest p50': 99_000,
    'rto outage honest p99': 100_000,
    errors: 0.1,
    switches: 1,
    capacity: 0.5,
  });
});

describe('what some drills did not show', () => {
  const recovery = { fault: 'outage', population: 'honest' };
  const shown = { ...recovery, ended: true, rto: 50_000 };
  const unseen = { ...recovery, ended: null, rto: null };
  const some = (hidden: number) => drills(seed => ({ recoveries: [seed <= hidden ? unseen : shown] }));
  const budget = (most: number) => ({ rto: { all: { p99: most } } });

  test('leaves a budget unknown that the others kept, and violated that they did not', () => {
    const [kept, broken] = [60_000, 40_000].map(most => judged(some(3), budget(most)).rows);
    expect(row(kept ?? [], 'rto outage honest p99')).toMatchObject({
      value: 50_000,
      result: 'unknown',
      note: 'not seen in 3 drills: other faults hid it',
    });
    expect(row(broken ?? [], 'rto outage honest p99')).toMatchObject({ result: 'violated' });
    expect(row(judged(some(SEEDS), budget(60_000)).rows, 'rto outage honest p99')).toMatchObject({
      value: null,
      result: 'unknown',
    });
  });

  test('is in no baseline', () => {
    expect(
      baselineOf(some(3))
        .get('one')
        ?.find(({ name }) => name.startsWith('rto'))?.samples,
    ).toHaveLength(17);
    expect(
      baselineOf(some(SEEDS))
        .get('one')
        ?.map(({ name }) => name),
    ).not.toContain('rto outage honest');
  });
});

describe('against the baseline', () => {
  const baseline = baselineOf(usual);

  test('the same figures hold', () => {
    expect(judged(usual, {}, baseline).result).toBe('held');
  });

  test('a recovery that is 10% slower is violated, with the measure of it', () => {
    const slower = drills(seed => ({ rto: (98_000 + seed * 100) * 1.1 }));
    const { result, rows } = judged(slower, {}, baseline);
    expect(result).toBe('violated');
    expect(row(rows, 'rto outage honest p50')).toMatchObject({
      result: 'violated',
      note: '10.0% worse than the baseline',
    });
  });

  test('one that is 4% slower is within the tolerance', () => {
    expect(
      judged(
        drills(seed => ({ rto: (98_000 + seed * 100) * 1.04 })),
        {},
        baseline,
      ).result,
    ).toBe('held');
  });

  test('one that is scattered is called worse when chance does not explain it', () => {
    const before = baselineOf(scattered(1));
    expect(judged(scattered(1, 3), {}, before).result).toBe('held');
    const { result, rows } = judged(scattered(1.08), {}, before);
    expect(result).toBe('held');
    expect(row(rows, 'rto outage honest p50')?.note).toMatch(
      /8\.0% worse than the baseline, which may be chance/,
    );
    expect(judged(scattered(1.6), {}, before).result).toBe('violated');
  });

  test('one that is faster holds, and is told', () => {
    const { result, rows } = judged(
      drills(() => ({ rto: 60_000 })),
      {},
      baseline,
    );
    expect(result).toBe('held');
    expect(row(rows, 'rto outage honest p99')?.note).toBe('better than the baseline');
  });

  test('one recovery of twenty that never ends is violated', () => {
    const { result, rows } = judged(
      drills(seed => ({ rto: seed === 7 ? null : 80_000 })),
      {},
      baseline,
    );
    expect(result).toBe('violated');
    expect(row(rows, 'rto outage honest p99')).toMatchObject({ value: null, note: 'it never ends now' });
  });

  test('more errors, switches or load are violated, from nothing too', () => {
    const nothing = baselineOf(drills(() => ({ errors: 0, switches: 0, capacity: 0 })));
    for (const worse of [{ errors: 1 }, { switches: 1 }, { capacity: 0.01 }])
      expect(
        judged(
          drills(() => ({ errors: 0, switches: 0, capacity: 0, ...worse })),
          {},
          nothing,
        ).result,
      ).toBe('violated');
  });

  test('what it does not know, and what nobody measures any more, is unknown', () => {
    const other = drills(() => ({
      recoveries: [{ fault: 'new', population: 'honest', ended: true, rto: 1 }],
    }));
    const { result, rows } = judged(other, {}, baseline);
    expect(result).toBe('unknown');
    expect(row(rows, 'rto new honest p50')?.result).toBe('unknown');
    expect(row(rows, 'rto outage honest p50')?.result).toBe('unknown');
    expect(judged(usual, {}, new Map()).result).toBe('unknown');
  });

  test('of other seeds it cannot be used', () => {
    const text = baselineText(10, new Map([['one', seriesOf(usual)]]));
    expect(() => parseBaseline(text, 'baseline.json', SEEDS)).toThrow(InputError);
    expect(() => parseBaseline('{}', 'baseline.json', SEEDS)).toThrow(/is not a baseline/);
  });
});

describe('against budgets', () => {
  test.each<[string, Budgets]>([
    ['rto of the population', { rto: { honest: { p50: 98_999 } } }],
    ['rto of all', { rto: { all: { p99: 99_999 } } }],
    ['errors', { errors: 0.0999 }],
    ['switches', { switches: 0 }],
    ['capacity', { capacity: 0.4999 }],
  ])('%s over it is violated, at it held', (_, budgets) => {
    expect(judged(usual, budgets).result).toBe('violated');
    const exact: Budgets = {
      rto: { all: { p50: 99_000, p99: 100_000 } },
      errors: 0.1,
      switches: 1,
      capacity: 0.5,
    };
    expect(judged(usual, exact).result).toBe('held');
  });

  test("a population's own budget goes before that of all", () => {
    expect(judged(usual, { rto: { all: { p50: 1 }, honest: { p50: 99_000 } } }).result).toBe('held');
  });
});

test('a drill that did not hold decides, with a command to see it', () => {
  const one = drills(seed => (seed === 3 ? { verdict: 'violated', failing: ['no-flap'] } : {}));
  const { result, rows } = judged(one);
  expect(result).toBe('violated');
  expect(rows[0]).toMatchObject({ value: 19, budget: 20, note: 'no-flap: liangdi drill one --seed 3' });
  expect(judged(drills(seed => (seed === 3 ? { verdict: 'unknown' } : {}))).result).toBe('unknown');
});
