import type { Measures } from './measures.ts';

export type Unit = 'ms' | 'share' | 'count';

/** A number that says how well a scenario went, over all its seeds: less is better. */
export interface Figure {
  /** `rto outage honest p99`, `errors`, `switches`, `capacity`. */
  readonly name: string;
  readonly unit: Unit;
  /** Null: without end (a recovery that never came). */
  readonly value: number | null;
  /** What of a budget it is held to. */
  readonly budget:
    | { readonly kind: 'rto'; readonly population: string; readonly percentile: 'p50' | 'p99' }
    | { readonly kind: 'errors' | 'switches' | 'capacity' };
}

/** The figures of a scenario, in an order of their own. */
export function figuresOf(drills: readonly Measures[]): Figure[] {
  const total = (value: (drill: Measures) => number) => drills.reduce((sum, drill) => sum + value(drill), 0);
  const requests = total(drill => drill.requests);
  const loads = drills.flatMap(({ capacity }) => capacity ?? []);
  return [
    ...recoveryFigures(drills),
    ...(requests === 0
      ? []
      : [figure('errors', 'share', Number((total(drill => drill.errors) / requests).toFixed(6)))]),
    figure('switches', 'count', Math.max(0, ...drills.map(({ switches }) => switches))),
    ...(loads.length === 0 ? [] : [figure('capacity', 'share', Math.max(...loads))]),
  ];
}

function figure(kind: 'errors' | 'switches' | 'capacity', unit: Unit, value: number): Figure {
  return { name: kind, unit, value, budget: { kind } };
}

function recoveryFigures(drills: readonly Measures[]): Figure[] {
  const series = new Map<string, { fault: string; population: string; times: number[] }>();
  for (const { fault, population, rto } of drills.flatMap(({ recoveries }) => recoveries)) {
    const key = JSON.stringify([fault, population]);
    const known = series.get(key) ?? { fault, population, times: [] };
    known.times.push(rto ?? Number.POSITIVE_INFINITY);
    series.set(key, known);
  }
  return [...series.values()].flatMap(({ fault, population, times }) => {
    const sorted = times.toSorted((one, other) => one - other);
    return (['p50', 'p99'] as const).map((percentile): Figure => {
      const value = nearestRank(sorted, percentile === 'p50' ? 0.5 : 0.99);
      return {
        name: `rto ${fault} ${population} ${percentile}`,
        unit: 'ms',
        value: Number.isFinite(value) ? value : null,
        budget: { kind: 'rto', population, percentile },
      };
    });
  });
}

/** The percentile that is a value which occurred; of 20 values the 99th is the largest. */
function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY;
}
