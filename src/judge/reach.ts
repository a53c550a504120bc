import { faultKinds } from '../faults/index.ts';
import type { RequestEvent } from '../runtime/journal.ts';
import { type Away, Diversions } from './away.ts';
import { type FaultLife, NEVER } from './faults.ts';
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
  /** Of addresses whose checks it may fail. */
  readonly away: readonly Away[];
}

/** Of faults that struck, in the order of their injection. */
export function reachesOf(
  drill: DrillRecord,
  faults: readonly FaultLife[],
  population: string,
): readonly Reach[] {
  const reaches: Reach[] = [];
  const diversions = new Diversions(drill);
  for (const fault of faults) reaches.push(reachOf(drill, fault, population, reaches, diversions));
  return reaches;
}

function reachOf(
  drill: DrillRecord,
  fault: FaultLife,
  population: string,
  earlier: readonly Reach[],
  diversions: Diversions,
): Reach {
  const { bounds } = drill;
  const addresses = bounds.addressesOf(fault.targets);
  const names = fault.targets.includes('gtm');
  const params = drill.settings.timeline.find(({ name }) => name === fault.name)?.params;
  const can =
    params === undefined || (faultKinds.get(fault.fault)?.meetsClients?.(params, population) ?? true);
  const meetsClients = can && (names || addresses.size > 0);
  const checked = new Set([...addresses, ...bounds.addressesSeenFrom(fault.targets)]);
  const away = [...checked].flatMap(address => {
    // Load that another moved from there is kept away by this one, too.
    const wasAway = earlier.some(other =>
      other.away.some(one => one.address === address && isWithin(one, fault.inject)),
    );
    return diversions.awayOf(fault, address, wasAway);
  });
  return { fault, addresses, names, meetsClients, away };
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
  { fault: { inject, healed = NEVER } }: Reach,
  { sent, at }: Pick<RequestEvent, 'sent' | 'at'>,
): boolean {
  return inject <= at && sent < healed;
}

/** Whether it strikes where the request went. */
export function strikes({ addresses, names }: Reach, { address }: RequestEvent): boolean {
  return address === undefined ? names : addresses.has(address);
}

/** Whether an answer of then led load to the address, or left it there, for what the fault did until a time. */
export function hasMoved(
  { away }: Reach,
  address: string | undefined,
  answered: number,
  until: number = NEVER,
): boolean {
  return away.some(one => one.address !== address && one.from < until && isWithin(one, answered));
}

function isWithin({ from, until }: Window, at: number): boolean {
  return from <= at && at < until;
}
