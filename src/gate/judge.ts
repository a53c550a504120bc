import { overall } from '../drill/judge.ts';
import type { Result } from '../drill/verdict.ts';
import type { Baseline } from './baseline.ts';
import type { Budgets, Gates } from './config.ts';
import { type Figure, figuresOf, type Unit } from './figures.ts';
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
  readonly scenarios: readonly { readonly name: string; readonly figures: readonly Figure[] }[];
  readonly rows: readonly GateRow[];
}

/** What the drills come to: a pure function of what they measured, the budgets and the baseline. */
export function judgeGate(
  gates: Pick<Gates, 'seeds' | 'tolerance'> & {
    readonly scenarios: readonly { readonly name: string; readonly budgets: Budgets }[];
  },
  drills: ReadonlyMap<string, readonly Measures[]>,
  baseline: Baseline | undefined,
): GateVerdict {
  const scenarios = gates.scenarios.map(({ name }) => ({ name, figures: figuresOf(drills.get(name) ?? []) }));
  const rows = gates.scenarios.flatMap(({ name, budgets }, index) => {
    const figures = scenarios[index]?.figures ?? [];
    const before = baseline?.scenarios[name];
    return [
      verdictRow(name, drills.get(name) ?? []),
      ...figures.map(figure => figureRow(name, figure, budgets, baseline && (before ?? {}), gates.tolerance)),
      ...gone(name, figures, before ?? {}),
    ];
  });
  return { result: overall(rows), seeds: gates.seeds, scenarios, rows };
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
  before: Readonly<Record<string, number | null>> | undefined,
  tolerance: number,
): GateRow {
  const { name, unit, value } = figure;
  const budget = budgetOf(figure, budgets);
  const baseline = before?.[name];
  const row = {
    scenario,
    name,
    unit,
    value,
    ...(budget === undefined ? {} : { budget }),
    ...(baseline === undefined ? {} : { baseline }),
  };
  if (budget !== undefined && endless(value) > budget)
    return { ...row, result: 'violated', note: 'over its budget' };
  if (before === undefined) return { ...row, result: 'held', note: '' };
  if (baseline === undefined)
    return { ...row, result: 'unknown', note: 'the baseline does not know it: --update-baseline' };
  const allowed = endless(baseline) * (1 + tolerance);
  if (endless(value) > allowed) return { ...row, result: 'violated', note: worse(value, baseline) };
  const better = endless(value) < endless(baseline) * (1 - tolerance);
  return { ...row, result: 'held', note: better ? 'better than the baseline' : '' };
}

/** What the baseline knows and no drill measured: nobody can say that it did not get worse. */
function gone(
  scenario: string,
  figures: readonly Figure[],
  before: Readonly<Record<string, number | null>>,
): GateRow[] {
  const measured = new Set(figures.map(({ name }) => name));
  return Object.entries(before)
    .filter(([name]) => !measured.has(name))
    .map(([name, baseline]) => ({
      scenario,
      name,
      unit: unitOf(name),
      value: null,
      baseline,
      result: 'unknown',
      note: 'not measured any more: --update-baseline',
    }));
}

function unitOf(name: string): Unit {
  if (name.startsWith('rto ')) return 'ms';
  return name === 'switches' ? 'count' : 'share';
}

function budgetOf({ budget }: Figure, budgets: Budgets): number | undefined {
  if (budget.kind !== 'rto') return budgets[budget.kind];
  const own = budgets.rto?.[budget.population]?.[budget.percentile];
  return own ?? budgets.rto?.['all']?.[budget.percentile];
}

function endless(value: number | null): number {
  return value ?? Number.POSITIVE_INFINITY;
}

function worse(value: number | null, baseline: number | null): string {
  if (value === null) return 'it never ends now';
  if (!baseline) return 'worse than the baseline';
  return `${((value / baseline - 1) * 100).toFixed(1)}% worse than the baseline`;
}
