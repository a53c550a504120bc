import { faultKinds } from '../faults/index.ts';
import type { RequestEvent } from '../runtime/journal.ts';
import type { FaultLife } from './faults.ts';
import type { DrillRecord } from './record.ts';
import type { Window } from './windows.ts';

/** A fault and how the requests of a population meet it. */
export interface Reach {
  readonly fault: FaultLife;
  /** Of its centres. */
  readonly addresses: ReadonlySet<string>;
  /** It strikes the name servers. */
  readonly names: boolean;
  /** A request can meet it at all: not a fault of the hub, of vantage points, of a control plane. */
  readonly meetsClients: boolean;
  /** When the load of its centres is elsewhere: from their leaving the answers until all have heard that they are back. */
  readonly away: readonly Window[];
}

/** Of faults that struck, in the order of their injection. */
export function reachesOf(
  drill: DrillRecord,
  faults: readonly FaultLife[],
  population: string,
): readonly Reach[] {
  const reaches: Reach[] = [];
  for (const fault of faults) reaches.push(reachOf(drill, fault, population, reaches));
  return reaches;
}

function reachOf(drill: DrillRecord, fault: FaultLife, population: string, earlier: readonly Reach[]): Reach {
  const addresses = drill.bounds.addressesOf(fault.targets);
  const names = fault.targets.includes('gtm');
  const params = drill.settings.timeline.find(({ name }) => name === fault.name)?.params;
  const can =
    params === undefined || (faultKinds.get(fault.fault)?.meetsClients?.(params, population) ?? true);
  const meetsClients = can && (names || addresses.size > 0);
  const { resolver, client, connection } = drill.bounds.phases(fault.targets, population);
  const heardWithin = (resolver ?? 0) + (client ?? 0) + (connection ?? 0);
  // Load that another moved from there is kept away by this one, too.
  const isAway = earlier.some(
    other => [...addresses].some(at => other.addresses.has(at)) && awayAt(other, fault.inject) !== undefined,
  );
  const away = awayOf(drill, fault.inject, addresses, heardWithin, isAway);
  return { fault, addresses, names, meetsClients, away };
}

function awayOf(
  { publications }: DrillRecord,
  inject: number,
  struck: ReadonlySet<string>,
  heardWithin: number,
  isAway: boolean,
): readonly Window[] {
  const away: Window[] = [];
  const before = publications.findLast(({ at }) => at <= inject);
  let held = before !== undefined && holdsAny(before, struck);
  let gone = isAway && !held ? inject : undefined;
  for (const publication of publications) {
    const { at } = publication;
    if (at <= inject) continue;
    if (holdsAny(publication, struck)) {
      if (gone !== undefined) away.push({ from: gone, until: at + heardWithin });
      gone = undefined;
      held = true;
    } else if (held) {
      gone = at;
      held = false;
    }
  }
  return gone === undefined ? away : [...away, { from: gone, until: Number.POSITIVE_INFINITY }];
}

/** Whether an answer, or what the name servers are given, has one of these addresses. */
export function holdsAny(
  { addresses }: { readonly addresses: readonly string[] },
  some: ReadonlySet<string>,
): boolean {
  return addresses.some(address => some.has(address));
}

/** Whether it was in force while the request was under way. */
export function isInForce(
  { fault: { inject, healed = Number.POSITIVE_INFINITY } }: Reach,
  { sent, at }: RequestEvent,
): boolean {
  return inject <= at && sent < healed;
}

/** Whether it strikes where the request went. */
export function strikes({ addresses, names }: Reach, { address }: RequestEvent): boolean {
  return address === undefined ? names : addresses.has(address);
}

/** The time of `away` that this moment lies in. */
export function awayAt({ away }: Reach, at: number): Window | undefined {
  return away.find(({ from, until }) => from <= at && at < until);
}
