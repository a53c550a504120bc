import { overall } from '../drill/judge.ts';
import { rankTest } from '../drill/rank-test.ts';
import type { Result } from '../drill/verdict.ts';
import { count } from '../drill/words.ts';
import type { Baseline } from './baseline.ts';
import type { Budgets, Gates } from './config.ts';
import { type Figure, figuresOf, type Series, seriesOf, type Unit } from './figures.ts';
import type { Measures } from './measures.ts';

/** One line of a gate's table: a figure of a scenario, and what it is held to. */
export interface GateRow {
  readonly scenario: string;
  readonly name: string;
  readonly unit: Unit | 'drills';
  /** Null: without end. */
  readonly value: number | null;
  /** Absent: no budget. */
  readonly budget?: number;
  /** Absent: the baseline is not asked, or does not know it. */
  readonly baseline?: number | null;
  readonly result: Result;
  /** Why it is not held, or what a reader may want to know though it is. */
  readonly note: string;
}

export interface GateVerdict {
  readonly result: Result;
  readonly seeds: number;
  /** What was measured: the next baseline, if people are content with it. */
  readonly measured: Baseline;
  readonly rows: readonly GateRow[];
}

/**
 * The chance to call a change worse that only drew other chances. One seed gives one drill, so the same version is never
 * called worse at all; but a change may shift what is drawn, and of 20 drills the percentiles of a small population
 * then move by a quarter.
 */
const DOUBT = 1e-4;

/** What the drills come to: a pure function of what they measured, the budgets and the baseline. */
export function judgeGate(
  gates: Pick<Gates, 'seeds' | 'tolerance'> & {
    readonly scenarios: readonly { readonly name: string; readonly budgets: Budgets }[];
  },
  drills: ReadonlyMap<string, readonly Measures[]>,
  baseline: Baseline | undefined,
): GateVerdict {
  const measured = new Map(gates.scenarios.map(({ name }) => [name, seriesOf(drills.get(name) ?? [])]));
  const rows = gates.scenarios.flatMap(({ name, budgets }) => {
    const series = measured.get(name) ?? [];
    const before = baseline && (baseline.get(name) ?? []);
    const row = (figure: Figure) => figureRow(name, figure, budgets, before, gates.tolerance);
    return [
      verdictRow(name, drills.get(name) ?? []),
      ...series.flatMap(figuresOf).map(row),
      ...gone(name, series, before ?? []),
    ];
  });
  return { result: overall(rows), seeds: gates.seeds, measured, rows };
}

/** How many of the drills held by their own expectations. */
function verdictRow(scenario: string, drills: readonly Measures[]): GateRow {
  const held = drills.filter(({ verdict }) => verdict === 'held').length;
  const others = drills.filter(({ verdict }) => verdict !== 'held');
  const names = [...new Set(others.flatMap(({ failing }) => failing))].join(', ');
  const seeds = others.map(({ seed }) => seed);
  const shown = seeds.length <= 5 ? seeds.join(', ') : `${seeds.slice(0, 5).join(', ')}, …`;
  const note = others.length === 0 ? '' : `${names}: liangdi drill ${scenario} --seed ${shown}`;
  return {
    scenario,
    name: 'drills that held',
    unit: 'drills',
    value: held,
    budget: drills.length,
    result: overall(drills.map(({ verdict }) => ({ result: verdict }))),
    note,
  };
}

function figureRow(
  scenario: string,
  figure: Figure,
  budgets: Budgets,
  before: readonly Series[] | undefined,
  tolerance: number,
): GateRow {
  const { name, unit, value, series } = figure;
  const budget = budgetOf(figure, budgets);
  const known = before?.find(each => each.name === series.name);
  const baseline = known && figuresOf(known).find(each => each.name === name)?.value;
  const row = {
    scenario,
    name,
    unit,
    value,
    ...(budget === undefined ? {} : { budget }),
    ...(baseline === undefined ? {} : { baseline }),
  };
  const { unseen = 0, samples } = series;
  if (budget !== undefined && samples.length > 0 && endless(value) > budget)
    return { ...row, result: 'violated', note: 'over its budget' };
  if (budget !== undefined && unseen > 0)
    return { ...row, result: 'unknown', note: `not seen in ${count(unseen, 'drill')}: other faults hid it` };
  if (before === undefined || samples.length === 0) return { ...row, result: 'held', note: '' };
  if (known === undefined || baseline === undefined)
    return { ...row, result: 'unknown', note: 'the baseline does not know it: --update-baseline' };
  if (endless(value) > endless(baseline) * (1 + tolerance)) {
    if (isWorse(unit, series, known)) return { ...row, result: 'violated', note: worse(value, baseline) };
    return { ...row, result: 'held', note: `${worse(value, baseline)}, which may be chance` };
  }
  const better = endless(value) < endless(baseline) * (1 - tolerance) && isWorse(unit, known, series);
  return { ...row, result: 'held', note: better ? 'better than the baseline' : '' };
}

/** Whether the difference is more than other draws make: any of switches and of recoveries that never come. */
function isWorse(unit: Unit, now: Series, before: Series): boolean {
  const never = ({ samples }: Series) => samples.filter(sample => !Number.isFinite(sample)).length;
  return unit === 'count' || never(now) > never(before) || rankTest(now.samples, before.samples) < DOUBT;
}

/** What the baseline knows and no drill measured: nobody can say that it did not get worse. */
function gone(scenario: string, series: readonly Series[], before: readonly Series[]): GateRow[] {
  const measured = new Set(series.map(({ name }) => name));
  return before
    .filter(({ name }) => !measured.has(name))
    .flatMap(figuresOf)
    .map(({ name, unit, value }) => ({
      scenario,
      name,
      unit,
      value: null,
      baseline: value,
      result: 'unknown',
      note: 'not measured any more: --update-baseline',
    }));
}

function budgetOf({ name, series }: Figure, budgets: Budgets): number | undefined {
  if (name === 'errors' || name === 'switches' || name === 'capacity') return budgets[name];
  // A population's name holds no space.
  const population = series.name.slice(series.name.lastIndexOf(' ') + 1);
  const percentile = name.endsWith('p50') ? 'p50' : 'p99';
  return budgets.rto?.[population]?.[percentile] ?? budgets.rto?.['all']?.[percentile];
}

/** A row's value to compare: null is without end. */
export function endless(value: number | null): number {
  return value ?? Number.POSITIVE_INFINITY;
}

function worse(value: number | null, baseline: number | null): string {
  if (value === null) return 'it never ends now';
  if (!baseline) return 'worse than the baseline';
  return `${((value / baseline - 1) * 100).toFixed(1)}% worse than the baseline`;
}
