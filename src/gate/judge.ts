import { rankTest } from '../judge/rank-test.ts';
import type { Result } from '../judge/verdict.ts';
import { overall } from '../judge/verdict.ts';
import { count } from '../judge/words.ts';
import type { Baseline } from './baseline.ts';
import type { Budgets, GateScenario, Gates } from './config.ts';
import { type Figure, figuresOf, type Series, seriesOf, type Unit } from './figures.ts';
import type { Measures } from './measures.ts';

/** One line of a gate's table: a figure of a scenario, and what it is held to. */
export interface GateRow {
  readonly scenario: string;
  readonly name: string;
  readonly unit: Unit | 'drills';
  /** Null: without end; undefined: not measured. */
  readonly value: number | null | undefined;
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

const DRILLS = { name: 'drills that held', unit: 'drills' } as const;

/** What judging needs of a gate. */
interface Judged extends Pick<Gates, 'seeds' | 'tolerance'> {
  readonly scenarios: readonly (Pick<GateScenario, 'source' | 'budgets'> & {
    readonly scenario: { readonly name: string };
  })[];
}

/** What the drills come to: a pure function of what they measured, the budgets and the baseline. */
export function judgeGate(
  gates: Judged,
  drills: ReadonlyMap<string, readonly Measures[]>,
  baseline: Baseline | undefined,
): GateVerdict {
  const measured = new Map(
    gates.scenarios.map(({ scenario: { name } }) => [name, seriesOf(drills.get(name) ?? [])]),
  );
  const rows = gates.scenarios.flatMap(({ scenario: { name }, source, budgets }) => {
    const series = measured.get(name) ?? [];
    const before = baseline && (baseline.get(name) ?? []);
    const row = (figure: Figure) => figureRow(name, figure, budgets, before, gates.tolerance);
    return [
      verdictRow(name, source, drills.get(name) ?? []),
      ...series.flatMap(figuresOf).map(row),
      ...gone(name, series, before ?? []),
    ];
  });
  const all = [...rows, ...dropped(baseline, measured)];
  return { result: overall(all), seeds: gates.seeds, measured, rows: all };
}

/** How many of the drills held by their own expectations. */
function verdictRow(scenario: string, source: string, drills: readonly Measures[]): GateRow {
  const held = drills.filter(({ verdict }) => verdict === 'held').length;
  const others = drills.filter(({ verdict }) => verdict !== 'held');
  const names = [...new Set(others.flatMap(({ failing }) => failing))].join(', ');
  // What holds unasked is no expectation of its own.
  const why = names || 'the scenario expects nothing';
  const seeds = others.map(({ seed }) => seed);
  return {
    scenario,
    ...DRILLS,
    value: held,
    budget: drills.length,
    result: overall(drills.map(({ verdict }) => ({ result: verdict }))),
    note: others.length === 0 ? '' : `${why}: ${command(source, seeds)}`,
  };
}

/** Shows the first of the drills. */
function command(source: string, [first, ...others]: readonly number[]): string {
  const word = /^[\w./-]+$/.test(source) ? source : `'${source.replaceAll("'", "'\\''")}'`;
  const more = others.length > 4 ? [...others.slice(0, 4), '…'] : others;
  const also = more.length === 0 ? '' : ` (also ${more.length === 1 ? 'seed' : 'seeds'} ${more.join(', ')})`;
  return `liangdi drill ${word} --seed ${first}${also}`;
}

function figureRow(
  scenario: string,
  figure: Figure,
  budgets: readonly Budgets[],
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
  if (budget !== undefined && value !== undefined && endless(value) > budget)
    return { ...row, result: 'violated', note: 'over its budget' };
  if (budget !== undefined && series.unseen > 0)
    return { ...row, result: 'unknown', note: `not seen in ${count(series.unseen, 'drill')}` };
  if (before === undefined) return { ...row, result: 'held', note: '' };
  if (value === undefined)
    return known === undefined
      ? { ...row, result: 'held', note: '' }
      : { ...row, result: 'unknown', note: NOT_ANY_MORE };
  if (known === undefined || baseline === undefined)
    return { ...row, result: 'unknown', note: `the baseline does not know it: ${UPDATE}` };
  const isOver = endless(value) > endless(baseline) * (1 + tolerance);
  if (isOver && isWorse(unit, series, known))
    return { ...row, result: 'violated', note: worse(value, baseline) };
  if (series.unseen > known.unseen) {
    const note = `not seen in ${count(series.unseen, 'drill')}, in the baseline in ${known.unseen}: ${UPDATE}`;
    return { ...row, result: 'unknown', note };
  }
  if (isOver) return { ...row, result: 'held', note: `${worse(value, baseline)}, which may be chance` };
  const better = endless(value) < endless(baseline) * (1 - tolerance) && isWorse(unit, known, series);
  return { ...row, result: 'held', note: better ? 'better than the baseline' : '' };
}

const UPDATE = '--update-baseline';
const NOT_ANY_MORE = `not measured any more: ${UPDATE}`;

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
      value: undefined,
      ...(value !== undefined && { baseline: value }),
      result: 'unknown',
      note: NOT_ANY_MORE,
    }));
}

/** Scenarios that the baseline knows and the gate names no more: all of their figures are gone. */
function dropped(baseline: Baseline | undefined, measured: Baseline): GateRow[] {
  return [...(baseline?.keys() ?? [])]
    .filter(scenario => !measured.has(scenario))
    .map(scenario => ({ scenario, ...DRILLS, value: undefined, result: 'unknown', note: NOT_ANY_MORE }));
}

function budgetOf({ name, series }: Figure, budgets: readonly Budgets[]): number | undefined {
  // A population's name holds no space.
  const population = series.name.slice(series.name.lastIndexOf(' ') + 1);
  const percentile = name.endsWith('p50') ? 'p50' : 'p99';
  return budgets
    .map(({ rto, ...others }) =>
      name === 'errors' || name === 'switches' || name === 'capacity'
        ? others[name]
        : (rto?.[population]?.[percentile] ?? rto?.['all']?.[percentile]),
    )
    .find(budget => budget !== undefined);
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
