import { type RequestEvent, succeeded } from '../runtime/journal.ts';
import { type FaultLife, NEVER } from './faults.ts';
import type { Statement } from './language/statement.ts';
import type { DrillRecord } from './record.ts';
import { recoveriesOf } from './recovery.ts';
import { Tally } from './tally.ts';
import type { Period } from './verdict.ts';

/**
 * The timeline cut where a fault begins to be injected or is healed, and, while faults are in force, where the last
 * population has recovered: before that the shares are those of the failover, after it those that the design promises.
 * A request belongs where it was sent; one under way when a fault strikes is the fault's.
 */
export function periodsOf(drill: DrillRecord): Period<Statement>[] {
  const { begins, centres } = drill;
  const end = drill.over ?? drill.requests.at(-1)?.at;
  if (begins === undefined || end === undefined || end <= begins) return [];
  const inside = cuts(drill).filter(at => at > begins && at < end);
  const edges = [begins, ...[...new Set(inside)].sort((one, other) => one - other), end];
  const strikes = new Set(drill.faults.map(injectionOf));
  const stretches = edges
    .slice(1)
    .map((until, i) => new Stretch(edges[i] as number, until, strikes.has(until), centres));
  // Thousands of turns in a function that runs once a drill: here `for … of` makes an object for each.
  drill.requests.forEach(request => {
    if (request.sent < begins) return;
    let index = 0;
    // What was sent in the last moment belongs to the last period.
    while (index < stretches.length - 1 && (stretches[index] as Stretch).isBefore(request)) index++;
    stretches[index]?.add(request);
  });
  return stretches.map(stretch => stretch.period(nameOf(drill, stretch.from)));
}

class Stretch {
  readonly from: number;
  readonly until: number;
  /** A fault strikes at its end. */
  readonly #struck: boolean;
  readonly #dialled: Tally;
  #requests = 0;
  #errors = 0;

  constructor(from: number, until: number, struck: boolean, centres: readonly string[]) {
    this.from = from;
    this.until = until;
    this.#struck = struck;
    this.#dialled = new Tally(centres);
  }

  isBefore({ sent, at }: RequestEvent): boolean {
    return (this.#struck ? at : sent) >= this.until;
  }

  add(request: RequestEvent): void {
    this.#requests++;
    if (!succeeded(request)) this.#errors++;
    if (request.centre !== undefined) this.#dialled.add(request.centre);
  }

  period(name: Statement): Period<Statement> {
    const [requests, errors] = [this.#requests, this.#errors];
    const centres = this.#dialled
      .entries()
      .map(([centre, count]) => [centre, { requests: count, share: shareOf(count, requests) }]);
    return {
      name,
      from: this.from,
      until: this.until,
      requests,
      errors,
      centres: Object.fromEntries(centres),
    };
  }
}

/** A share as verdicts show it, to a hundredth of a percent. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Number((part / whole).toFixed(4));
}

function cuts(drill: DrillRecord): number[] {
  return drill.faults.flatMap(fault => {
    const recovered = recoveredAt(drill, fault);
    return [injectionOf(fault), fault.healed, recovered].filter(at => at !== undefined);
  });
}

/** When the injection began, if the fault took effect. */
function injectionOf({ inject, injected }: FaultLife): number | undefined {
  return injected === undefined ? undefined : inject;
}

/** When the fault's last error ended, of all populations; undefined without errors, or when only the healing ended them. */
function recoveredAt(drill: DrillRecord, fault: FaultLife): number | undefined {
  const slowest = slowestRecovery(drill, fault);
  if (slowest === undefined || slowest === 0) return undefined;
  const at = (fault.injected as number) + slowest;
  // A request may fail while the fault is healed that was sent before.
  return at < (fault.heal ?? NEVER) ? at : undefined;
}

/** Of all populations that asked; undefined where one did not recover while the fault was in force, or none asked. */
function slowestRecovery(drill: DrillRecord, fault: FaultLife): number | undefined {
  let slowest: number | undefined;
  for (const own of recoveriesOf(drill).values()) {
    const recovery = own.find(each => each.fault === fault.name);
    if (recovery === undefined || recovery.requests === 0) continue;
    if (!recovery.withstood) return undefined;
    slowest = Math.max(slowest ?? 0, recovery.rto as number);
  }
  return slowest;
}

/** From when on a fault is in force no more; of a momentary one, nothing is left when clients have recovered. */
function overAt(drill: DrillRecord, fault: FaultLife): number | undefined {
  if (!fault.momentary) return fault.healed;
  return slowestRecovery(drill, fault) === 0 ? fault.inject : recoveredAt(drill, fault);
}

function nameOf(drill: DrillRecord, from: number): Statement {
  const began = drill.faults.filter(fault => (injectionOf(fault) ?? NEVER) <= from);
  const over = (fault: FaultLife) => overAt(drill, fault) ?? NEVER;
  const inForce = began.filter(fault => over(fault) > from);
  if (inForce.length > 0) {
    const isOver = (fault: FaultLife) => (recoveredAt(drill, fault) ?? NEVER) <= from;
    return ['duringFaults', inForce.map(fault => ({ name: fault.name, recovered: isOver(fault) }))];
  }
  // What follows comes after the one that was over last.
  const [last] = began.sort((one, other) => over(other) - over(one));
  if (last !== undefined) return ['afterFault', last.name];
  const first = drill.faults.find(({ injected }) => injected !== undefined);
  return first === undefined ? ['wholeDrill'] : ['beforeFault', first.name];
}
