import { DrillRecord } from '../judge/record.ts';
import type { Recovery, Result, Verdict } from '../judge/verdict.ts';
import type { JournalEvent } from '../runtime/journal.ts';

/** What a gate keeps of a drill: plain data that a worker hands over. */
export interface Measures {
  readonly seed: number;
  readonly verdict: Result;
  /** Expectations that did not hold. */
  readonly failing: readonly string[];
  readonly recoveries: readonly MeasuredRecovery[];
  readonly requests: number;
  readonly errors: number;
  readonly switches: number;
  /** The largest part of its ready pods' capacity that was asked of a centre; null when none was ready. */
  readonly capacity: number | null;
}

export interface MeasuredRecovery extends Pick<Recovery, 'fault' | 'ended' | 'rto'> {
  readonly population: string;
}

const WINDOW_MS = 10_000;

/** The figures of one drill, from its journal and verdict alone. */
export function measuresOf(seed: number, events: readonly JournalEvent[], verdict: Verdict): Measures {
  const { populations, expectations } = verdict;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const drill = new DrillRecord(events);
  return {
    seed,
    verdict: verdict.verdict,
    failing: expectations.filter(({ result }) => result !== 'held').map(({ name }) => name),
    recoveries: populations.flatMap(({ name, recoveries }) =>
      recoveries.map(({ fault, ended, rto }) => ({ fault, population: name, ended, rto })),
    ),
    requests: sum(populations.map(({ requests }) => requests)),
    errors: sum(populations.map(({ errors }) => errors)),
    switches: drill.switches.length,
    capacity: busiest(drill),
  };
}

/** In windows of ten seconds: requests sent to a centre, of those that the pods which were ready throughout can serve. */
function busiest({ requests, objects, begins = 0, settings, end }: DrillRecord): number | null {
  const { inService, serviceTime } = settings.topology.pod;
  const perPod = (inService * WINDOW_MS) / Math.max(1, serviceTime);
  const windows = Math.floor(((end?.at ?? 0) - begins) / WINDOW_MS);
  const asked = new Map<string, number[]>();
  for (const { sent, centre } of requests) {
    const window = Math.floor((sent - begins) / WINDOW_MS);
    // The last window, cut short by the end, would look idle.
    if (centre === undefined || window < 0 || window >= windows) continue;
    let counts = asked.get(centre);
    if (counts === undefined) {
      counts = [];
      asked.set(centre, counts);
    }
    counts[window] = (counts[window] ?? 0) + 1;
  }
  let most: number | null = null;
  for (const [centre, counts] of asked) {
    const ready = leastReady(
      objects.filter(object => object.centre === centre),
      begins,
      windows,
    );
    for (const [window, count] of counts.entries()) {
      const pods = ready[window] ?? 0;
      if (count !== undefined && pods > 0) most = Math.max(most ?? 0, count / (pods * perPod));
    }
  }
  return most === null ? null : Number(most.toFixed(4));
}

/** The fewest pods that were ready at any moment of each window. */
function leastReady(objects: DrillRecord['objects'], begins: number, windows: number): number[] {
  const changes = objects.filter(({ replicas }) => replicas !== undefined);
  const least: number[] = [];
  let ready = 0;
  let next = 0;
  for (let window = 0; window < windows; window++) {
    const until = begins + (window + 1) * WINDOW_MS;
    let fewest = ready;
    for (let change = changes[next]; change !== undefined && change.at < until; change = changes[++next]) {
      ready = change.verb === 'DELETED' ? 0 : (change.ready ?? 0);
      // What changed before the window is how it begins.
      fewest = change.at < until - WINDOW_MS ? ready : Math.min(fewest, ready);
    }
    least.push(fewest);
  }
  return least;
}
