import { describe, expect, test } from 'vitest';
import { type Baseline, baselineText, parseBaseline } from '../../src/gate/baseline.ts';
import type { Budgets } from '../../src/gate/config.ts';
import { figuresOf, seriesOf } from '../../src/gate/figures.ts';
import { type GateRow, judgeGate } from '../../src/gate/judge.ts';
import type { Measures } from '../../src/gate/measures.ts';
import { gateJunit, gateText } from '../../src/report/gate.ts';
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

function judged(
  now: readonly Measures[],
  budgets: Budgets = {},
  baseline?: Baseline,
  { shared = {}, source = 'one' }: { shared?: Budgets; source?: string } = {},
) {
  const scenarios = [{ scenario: { name: 'one' }, source, budgets: [budgets, shared] }];
  return judgeGate({ seeds: SEEDS, tolerance: 0.05, scenarios }, new Map([['one', now]]), baseline);
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
      note: 'not seen in 3 drills',
    });
    expect(row(broken ?? [], 'rto outage honest p99')).toMatchObject({ result: 'violated' });
    expect(row(judged(some(SEEDS), budget(60_000)).rows, 'rto outage honest p99')).toMatchObject({
      value: undefined,
      result: 'unknown',
    });
  });

  test('leaves budgets of errors and capacity unknown when nobody asked', () => {
    const silent = drills(() => ({ requests: 0, errors: 0, capacity: null, recoveries: [] }));
    const { result, rows } = judged(silent, { errors: 0.2, capacity: 0.9 });
    expect(result).toBe('unknown');
    expect(rows.filter(each => each.result === 'unknown').map(({ name }) => name)).toEqual([
      'errors',
      'capacity',
    ]);
    expect(judged(silent).result).toBe('held');
  });

  test('is unknown where the baseline saw it, in all drills or in some', () => {
    const before = baselineOf(some(3));
    expect(judged(some(3), {}, before).result).toBe('held');
    expect(judged(some(2), {}, before).result).toBe('held');
    expect(row(judged(some(4), {}, before).rows, 'rto outage honest p50')).toMatchObject({
      value: 50_000,
      baseline: 50_000,
      result: 'unknown',
      note: 'not seen in 4 drills, in the baseline in 3: --update-baseline',
    });
    expect(row(judged(some(SEEDS), {}, before).rows, 'rto outage honest p50')).toMatchObject({
      value: undefined,
      baseline: 50_000,
      result: 'unknown',
      note: 'not measured any more: --update-baseline',
    });
    // What neither saw is no figure.
    expect(judged(some(SEEDS), {}, baselineOf(some(SEEDS))).result).toBe('held');
  });

  test('is no recovery that never comes, for people and for programs', () => {
    const verdict = judged(some(SEEDS), {}, baselineOf(some(3)));
    const text = gateText(verdict, { color: false, width: 200 });
    expect(text).toContain('measured -, budget -, baseline 50.0 s');
    expect(text).not.toContain('never');
    expect(JSON.stringify(row(verdict.rows, 'rto outage honest p50'))).not.toContain('"value"');
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

  test('a scenario that the gate names no more is unknown', () => {
    const verdict = judged(usual, {}, new Map([...baseline, ['two', seriesOf(usual)]]));
    expect(verdict.result).toBe('unknown');
    expect(verdict.rows.filter(({ scenario }) => scenario === 'two')).toEqual([
      {
        scenario: 'two',
        name: 'drills that held',
        unit: 'drills',
        result: 'unknown',
        note: 'not measured any more: --update-baseline',
      },
    ]);
    expect([...verdict.measured.keys()]).toEqual(['one']);
    expect(gateText(verdict, { color: false, width: 100 })).toMatch(/\ntwo +-( +-){5} +UNKNOWN\n/);
    expect(gateJunit(verdict, '0.1.0')).toContain('<testsuite name="two" tests="1" failures="0" errors="1"');
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

  test("a scenario's own go before those for all, percentile by percentile, and its all before their populations'", () => {
    const over = (own: Budgets, shared: Budgets) =>
      judged(usual, own, undefined, { shared })
        .rows.filter(({ result }) => result === 'violated')
        .map(({ name }) => name);
    const honest = { rto: { honest: { p50: 1, p99: 1 } } };
    const lax = { p50: 300_000, p99: 300_000 };
    expect(over({}, honest)).toEqual(['rto outage honest p50', 'rto outage honest p99']);
    expect(over({ rto: { honest: { p50: 300_000 } } }, honest)).toEqual(['rto outage honest p99']);
    expect(over({ rto: { all: lax } }, honest)).toEqual([]);
    expect(over({ rto: { honest: lax } }, { rto: { all: { p50: 1 } } })).toEqual([]);
    expect(over({ rto: { honest: { p50: 300_000 } } }, { rto: { all: { p99: 1 } } })).toEqual([
      'rto outage honest p99',
    ]);
    expect(over({ errors: 1 }, { errors: 0, switches: 0 })).toEqual(['switches']);
  });
});

describe('a drill that did not hold', () => {
  const failing = (...seeds: number[]) =>
    drills(seed => (seeds.includes(seed) ? { verdict: 'violated', failing: ['no-flap'] } : {}));
  const note = (now: readonly Measures[], source?: string) =>
    judged(now, {}, undefined, source === undefined ? {} : { source }).rows[0]?.note;

  test('is shown by one command, whatever others there are', () => {
    expect(note(failing(3))).toBe('no-flap: liangdi drill one --seed 3');
    expect(note(failing(3, 5))).toBe('no-flap: liangdi drill one --seed 3 (also seed 5)');
    expect(note(failing(1, 2, 3, 4, 5, 6))).toBe(
      'no-flap: liangdi drill one --seed 1 (also seeds 2, 3, 4, 5, …)',
    );
  });

  test("is found at its scenario's own place", () => {
    expect(note(failing(3), './own/one.yaml')).toBe('no-flap: liangdi drill ./own/one.yaml --seed 3');
    expect(note(failing(3), "./it's mine.yaml")).toBe(
      "no-flap: liangdi drill './it'\\''s mine.yaml' --seed 3",
    );
  });

  test('may be one that expects nothing', () => {
    expect(note(drills(seed => (seed === 3 ? { verdict: 'unknown' } : {})))).toBe(
      'the scenario expects nothing: liangdi drill one --seed 3',
    );
  });

  test('decides', () => {
    const { result, rows } = judged(failing(3));
    expect(result).toBe('violated');
    expect(rows[0]).toMatchObject({ value: 19, budget: 20 });
    expect(judged(drills(seed => (seed === 3 ? { verdict: 'unknown' } : {}))).result).toBe('unknown');
  });
});
