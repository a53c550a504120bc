import { succeeded } from '../runtime/journal.ts';
import type { FaultLife } from './faults.ts';
import type { DrillRecord } from './record.ts';
import type { Period } from './verdict.ts';
import { list } from './words.ts';

/**
 * The timeline cut where a fault takes effect or is healed, and, while faults are in force, where the last population
 * has recovered: before that the shares are those of the failover, after it those that the design promises.
 */
export function periodsOf(drill: DrillRecord): Period[] {
  const { begins } = drill;
  const end = drill.end?.at ?? drill.requests.at(-1)?.at;
  if (begins === undefined || end === undefined || end <= begins) return [];
  const inside = cuts(drill).filter(at => at > begins && at < end);
  const edges = [begins, ...[...new Set(inside)].sort((one, other) => one - other), end];
  const periods = edges.slice(1).map((until, i) => emptyPeriod(drill, edges[i] as number, until));
  for (const request of drill.requests) {
    // What was sent in the last moment belongs to the last period.
    const period = periods.find(({ until }) => request.sent < until) ?? periods.at(-1);
    if (period === undefined || request.sent < begins) continue;
    period.requests++;
    if (!succeeded(request)) period.errors++;
    const { centre } = request;
    if (centre !== undefined) period.dialled.set(centre, (period.dialled.get(centre) ?? 0) + 1);
  }
  return periods.map(({ dialled, ...period }) => ({
    ...period,
    centres: sharesOf(dialled, period.requests),
  }));
}

function emptyPeriod(drill: DrillRecord, from: number, until: number) {
  const dialled = new Map(drill.centres.map(centre => [centre, 0]));
  return { name: nameOf(drill, from), from, until, requests: 0, errors: 0, dialled };
}

function cuts(drill: DrillRecord): number[] {
  return drill.faults.flatMap(fault => {
    const recovered = recoveredAt(drill, fault);
    return [fault.injected, fault.healed, recovered].filter(at => at !== undefined);
  });
}

/** When the fault's last error ended, of all populations; undefined when one did not recover before the healing. */
function recoveredAt({ recoveries }: DrillRecord, fault: FaultLife): number | undefined {
  if (fault.injected === undefined) return undefined;
  let slowest = 0;
  for (const own of recoveries.values()) {
    const recovery = own.find(each => each.fault === fault.name);
    if (recovery === undefined || recovery.requests === 0) continue;
    if (recovery.rto === null) return undefined;
    slowest = Math.max(slowest, recovery.rto);
  }
  const at = fault.injected + slowest;
  return slowest > 0 && at < (fault.heal ?? Number.POSITIVE_INFINITY) ? at : undefined;
}

function nameOf(drill: DrillRecord, from: number): string {
  const began = drill.faults.filter(({ injected }) => injected !== undefined && injected <= from);
  const inForce = began.filter(({ healed }) => healed === undefined || healed > from);
  const names = (faults: readonly FaultLife[]) => list(faults.map(({ name }) => name));
  if (inForce.length > 0) {
    const recovered = inForce.every(fault => {
      const at = recoveredAt(drill, fault);
      return at !== undefined && at <= from;
    });
    return `during ${names(inForce)}${recovered ? ', recovered' : ''}`;
  }
  const last = began.at(-1);
  if (last !== undefined) return `after ${last.name}`;
  const first = drill.faults.find(({ injected }) => injected !== undefined);
  return first === undefined ? 'the whole drill' : `before ${first.name}`;
}

function sharesOf(dialled: ReadonlyMap<string, number>, requests: number): Period['centres'] {
  return Object.fromEntries(
    [...dialled].map(([centre, amount]) => [
      centre,
      { requests: amount, share: requests === 0 ? 0 : Number((amount / requests).toFixed(4)) },
    ]),
  );
}
