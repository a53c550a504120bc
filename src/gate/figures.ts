import type { MeasuredRecovery, Measures } from './measures.ts';

export type Unit = 'ms' | 'share' | 'count';

/** What each drill of a scenario measured of one thing, by seed: less is better. */
export interface Series {
  /** `rto outage honest`, `errors`, `switches`, `capacity`. */
  readonly name: string;
  /** Infinity: a recovery that never came. */
  readonly samples: readonly number[];
  /** Drills that did not show it: other faults hid whether clients recovered. */
  readonly unseen?: number;
}

/** A number that says how well a scenario went, over all its seeds. */
export interface Figure {
  /** `rto outage honest p99`, or the series' own name. */
  readonly name: string;
  readonly unit: Unit;
  /** Null: without end. */
  readonly value: number | null;
  readonly series: Series;
}

/** What the drills measured, thing by thing, in an order of their own. */
export function seriesOf(drills: readonly Measures[]): Series[] {
  const recoveries = Map.groupBy(
    drills.flatMap(drill => drill.recoveries),
    ({ fault, population }) => `rto ${fault} ${population}`,
  );
  const asked = drills.filter(({ requests }) => requests > 0);
  const others = [
    { name: 'errors', samples: asked.map(({ errors, requests }) => rounded(errors / requests)) },
    { name: 'switches', samples: drills.map(({ switches }) => switches) },
    { name: 'capacity', samples: drills.flatMap(({ capacity }) => capacity ?? []) },
  ];
  return [
    ...recoveries.entries().map(([name, all]) => recoverySeries(name, all)),
    ...others.filter(({ samples }) => samples.length > 0),
  ];
}

function recoverySeries(name: string, all: readonly MeasuredRecovery[]): Series {
  const seen = all.filter(({ ended }) => ended !== null);
  const unseen = all.length - seen.length;
  const samples = seen.map(({ rto }) => rto ?? Number.POSITIVE_INFINITY);
  return { name, samples, ...(unseen > 0 && { unseen }) };
}

/** Of recoveries two percentiles, of errors the mean, of all else the most. */
export function figuresOf(series: Series): Figure[] {
  const { name, samples } = series;
  if (name.startsWith('rto ')) {
    const sorted = samples.toSorted((one, other) => one - other);
    return (['p50', 'p99'] as const).map(percentile => ({
      name: `${name} ${percentile}`,
      unit: 'ms',
      value: ended(nearestRank(sorted, percentile === 'p50' ? 0.5 : 0.99)),
      series,
    }));
  }
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const value = name === 'errors' ? rounded(mean) : Math.max(...samples);
  return [{ name, unit: name === 'switches' ? 'count' : 'share', value: ended(value), series }];
}

/** The percentile that is a value which occurred; of 20 values the 99th is the largest. */
function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY;
}

function ended(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function rounded(share: number): number {
  return Number(share.toFixed(6));
}
