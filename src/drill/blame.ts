import { faultKinds } from '../faults/index.ts';
import { type RequestEvent, succeeded } from '../runtime/journal.ts';
import type { FaultLife } from './faults.ts';
import type { DrillRecord } from './record.ts';

/** A fault and how requests meet it. */
export interface Reach {
  readonly fault: FaultLife;
  /** Of its centres. */
  readonly addresses: ReadonlySet<string>;
  /** It strikes the name servers. */
  readonly names: boolean;
  /** A request can meet it at all: not a fault of the hub, of vantage points, of a control plane. */
  readonly meetsClients: boolean;
}

/** The failed requests of one population that a fault was in force for. */
export interface Errors {
  /** Those that it may have failed. */
  readonly possible: readonly RequestEvent[];
  /** Those of them that no other fault may have failed. */
  readonly certain: readonly RequestEvent[];
}

/** The chance to be wrong in saying that errors are over. */
const DOUBT = 0.01;

const NEVER = Number.POSITIVE_INFINITY;

/** Of a fault that struck. */
export function reachOf(drill: DrillRecord, fault: FaultLife): Reach {
  const addresses = drill.bounds.addressesOf(fault.targets);
  const names = fault.targets.includes('gtm');
  const params = drill.settings.timeline.find(({ name }) => name === fault.name)?.params;
  const can = params === undefined || (faultKinds.get(fault.fault)?.meetsClients?.(params) ?? true);
  return { fault, addresses, names, meetsClients: can && (names || addresses.size > 0) };
}

/**
 * Which faults may have failed which requests of a population. A request that failed is put down to the faults that
 * were in force while it was under way, and of these to the nearest: those that strike where it went rather than those
 * that strike elsewhere (whose load may have moved there), and these rather than what no request can meet. Not to one
 * that the population had recovered from when another of them struck. What fails where a fault was healed, before
 * anything has succeeded there, is its remains and nobody's, unless another fault strikes there.
 *
 * @param reaches in the order of their injection
 * @param requests of the population, in the order of their ends
 * @param wasAnswered whether a name server answered the query of this id, if only that there is no address
 */
export function errorsByFault(
  reaches: readonly Reach[],
  requests: readonly RequestEvent[],
  wasAnswered: (answer: number) => boolean,
): ReadonlyMap<Reach, Errors> {
  const failed = requests.filter(request => !succeeded(request));
  const remains = new Remains(reaches, requests);
  /** By fault, those of the faults before it that the population had recovered from when it struck. */
  const overcome = new Map<Reach, ReadonlySet<Reach>>();

  /** Of the first `count` faults. */
  function suspects(request: RequestEvent, count = reaches.length): readonly Reach[] {
    const unanswered = request.address === undefined && !wasAnswered(request.answer);
    const inForce = reaches
      .slice(0, count)
      .filter(reach => isInForce(reach, request) && (reach.names || !unanswered));
    const nearest = Math.max(...inForce.map(reach => nearness(reach, request)));
    if (nearest < STRIKES_THERE && remains.have(request)) return [];
    const near = inForce.filter(reach => nearness(reach, request) === nearest);
    return near.filter(reach => !near.some(other => overcome.get(other)?.has(reach)));
  }

  reaches.forEach((reach, index) => {
    const { inject } = reach.fault;
    const others = reaches.slice(0, index).filter(({ fault: { healed = NEVER } }) => healed > inject);
    if (others.length === 0) return;
    const before = failed
      .filter(({ sent }) => sent < inject)
      .map(request => ({ request, on: suspects(request, index) }));
    const isOvercome = (other: Reach) => {
      const successes = successesSince(other, requests).filter(({ sent }) => sent < inject);
      return hasShown(other, errorsOf(other, before).possible, successes);
    };
    overcome.set(reach, new Set(others.filter(isOvercome)));
  });
  const all = failed.map(request => ({ request, on: suspects(request) }));
  return new Map(reaches.map(reach => [reach, errorsOf(reach, all)]));
}

interface Blamed {
  readonly request: RequestEvent;
  readonly on: readonly Reach[];
}

function errorsOf(reach: Reach, blamed: readonly Blamed[]): Errors {
  const own = blamed.filter(({ on }) => on.includes(reach));
  const certain = own.filter(({ on }) => on.length === 1);
  return { possible: own.map(({ request }) => request), certain: certain.map(({ request }) => request) };
}

/**
 * Whether so many requests have succeeded since the last error that one more of a fault that fails a fifth of them
 * would have shown. Before the first error, only those count that went where it strikes.
 */
function hasShown(
  { addresses }: Reach,
  errors: readonly RequestEvent[],
  successes: readonly RequestEvent[],
): boolean {
  const last = lastSent(errors);
  const since = successes.filter(
    ({ sent, address = '' }) => sent > last && (errors.length > 0 || addresses.has(address)),
  );
  return since.length >= Math.log(DOUBT) / Math.log1p(-1 / 5);
}

export function successesSince({ fault }: Reach, requests: readonly RequestEvent[]): RequestEvent[] {
  const began = fault.injected ?? fault.inject;
  return requests.filter(request => request.sent >= began && succeeded(request));
}

function isInForce({ fault: { inject, healed = NEVER } }: Reach, { sent, at }: RequestEvent): boolean {
  return inject <= at && sent < healed;
}

const STRIKES_THERE = 3;

function nearness(reach: Reach, request: RequestEvent): number {
  return (reach.meetsClients ? 2 : 0) + (strikes(reach, request) ? 1 : 0);
}

/** Whether it strikes where the request went. */
function strikes({ addresses, names }: Reach, { address, failure }: RequestEvent): boolean {
  return address === undefined ? names && failure === 'dns' : addresses.has(address);
}

/** What is still broken where a fault was healed. */
class Remains {
  readonly #reaches: readonly Reach[];
  readonly #requests: readonly RequestEvent[];
  /** By address and time of healing: when the first request was sent that succeeded there. */
  readonly #served = new Map<string, number>();

  constructor(reaches: readonly Reach[], requests: readonly RequestEvent[]) {
    this.#reaches = reaches;
    this.#requests = requests;
  }

  have({ address, sent }: RequestEvent): boolean {
    if (address === undefined) return false;
    return this.#reaches.some(
      ({ fault: { healed = NEVER }, addresses, meetsClients }) =>
        healed <= sent && meetsClients && addresses.has(address) && this.#servedAt(address, healed) >= sent,
    );
  }

  #servedAt(address: string, healed: number): number {
    const key = `${address} ${healed}`;
    let first = this.#served.get(key);
    if (first === undefined) {
      first = NEVER;
      for (const request of this.#requests)
        if (request.address === address && request.sent >= healed && succeeded(request))
          first = Math.min(first, request.sent);
      this.#served.set(key, first);
    }
    return first;
  }
}

/**
 * Whether the successes between the last error and `until` show that errors are over: had they gone on at the rate
 * until then, so many successes would have been a chance of less than 1 in 100. One is enough after a total outage; a
 * fault that fails every fifth request needs 21. What fails in between is another fault's, or came after the healing.
 *
 * @param successes of the population since the fault was in force
 */
export function areOver(
  errors: readonly RequestEvent[],
  successes: readonly RequestEvent[],
  until: number,
): boolean {
  const last = lastSent(errors);
  const before = successes.reduce((count, { sent }) => count + (sent <= last ? 1 : 0), 0);
  const wanted = before === 0 ? 1 : Math.log(DOUBT) / Math.log1p(-errors.length / (errors.length + before));
  let seen = 0;
  for (const { sent } of successes) if (sent > last && sent < until && ++seen >= wanted) return true;
  return false;
}

/** The last to end may have been sent before another. */
export function lastSent(errors: readonly RequestEvent[]): number {
  return errors.reduce((last, { sent }) => Math.max(last, sent), Number.NEGATIVE_INFINITY);
}
