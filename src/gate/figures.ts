import { percentile } from '../judge/percentile.ts';
import type { MeasuredRecovery, Measures } from './measures.ts';

export type Unit = 'ms' | 'share' | 'count';

/** What each drill of a scenario measured of one thing, by seed: less is better. */
export interface Series {
  /** `rto outage honest`, `errors`, `switches`, `capacity`. */
  readonly name: string;
  /** Infinity: a recovery that never came. */
  readonly samples: readonly number[];
  /** Drills that did not show it: nobody asked, or other faults hid whether clients recovered. */
  readonly unseen: number;
}

/** A number that says how well a scenario went, over all its seeds. */
export interface Figure {
  /** `rto outage honest p99`, or the series' own name. */
  readonly name: string;
  readonly unit: Unit;
  /** Null: without end; undefined: no drill showed it. */
  readonly value: number | null | undefined;
  readonly series: Series;
}

/** What the drills measured, thing by thing, in an order of their own. */
export function seriesOf(drills: readonly Measures[]): Series[] {
  const recoveries = Map.groupBy(
    drills.flatMap(drill => drill.recoveries),
    ({ fault, population }) => `rto ${fault} ${population}`,
  );
  const asked = drills.filter(({ requests }) => requests > 0);
  const series = (name: string, samples: readonly number[]): Series => ({
    name,
    samples,
    unseen: drills.length - samples.length,
  });
  return [
    ...recoveries.entries().map(([name, all]) => series(name, timesOf(all))),
    series(
      'errors',
      asked.map(({ errors, requests }) => rounded(errors / requests)),
    ),
    series(
      'switches',
      drills.map(({ switches }) => switches),
    ),
    series(
      'capacity',
      drills.flatMap(({ capacity }) => capacity ?? []),
    ),
  ];
}

/** Of the recoveries that were seen. */
function timesOf(recoveries: readonly MeasuredRecovery[]): number[] {
  return recoveries.filter(({ ended }) => ended !== null).map(({ rto }) => rto ?? Number.POSITIVE_INFINITY);
}

/** Of recoveries two percentiles, of errors the mean, of all else the most. */
export function figuresOf(series: Series): Figure[] {
  const { name, samples } = series;
  if (name.startsWith('rto ')) {
    const sorted = samples.toSorted((one, other) => one - other);
    return [
      { name: `${name} p50`, unit: 'ms', value: ended(percentile(sorted, 0.5)), series },
      { name: `${name} p99`, unit: 'ms', value: ended(percentile(sorted, 0.99)), series },
    ];
  }
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const value = samples.length === 0 ? undefined : name === 'errors' ? rounded(mean) : Math.max(...samples);
  return [{ name, unit: name === 'switches' ? 'count' : 'share', value: ended(value), series }];
}

function ended(value: number | undefined): number | null | undefined {
  return value === Number.POSITIVE_INFINITY ? null : value;
}

function rounded(share: number): number {
  return Number(share.toFixed(6));
}
