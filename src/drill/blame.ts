import { faultKinds } from '../faults/index.ts';
import { type RequestEvent, succeeded } from '../runtime/journal.ts';
import type { FaultLife } from './faults.ts';
import type { DrillRecord } from './record.ts';

/** A fault and how the requests of a population meet it. */
export interface Reach {
  readonly fault: FaultLife;
  /** Of its centres. */
  readonly addresses: ReadonlySet<string>;
  /** It strikes the name servers. */
  readonly names: boolean;
  /** A request can meet it at all: not a fault of the hub, of vantage points, of a control plane. */
  readonly meetsClients: boolean;
  /** When the GTM had taken its centres out of the answers, and their load had to move; infinite if it did not. */
  readonly withdrawn: number;
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
export function reachOf(drill: DrillRecord, fault: FaultLife, population: string): Reach {
  const addresses = drill.bounds.addressesOf(fault.targets);
  const names = fault.targets.includes('gtm');
  const params = drill.settings.timeline.find(({ name }) => name === fault.name)?.params;
  const can =
    params === undefined || (faultKinds.get(fault.fault)?.meetsClients?.(params, population) ?? true);
  const meetsClients = can && (names || addresses.size > 0);
  return { fault, addresses, names, meetsClients, withdrawn: withdrawnAt(drill, fault, addresses) };
}

function withdrawnAt(
  { publications }: DrillRecord,
  { inject }: FaultLife,
  struck: ReadonlySet<string>,
): number {
  const holds = ({ addresses }: { addresses: readonly string[] }) =>
    addresses.some(address => struck.has(address));
  const before = publications.findLast(({ at }) => at <= inject);
  if (before === undefined || !holds(before)) return NEVER;
  return publications.find(each => each.at > inject && !holds(each))?.at ?? NEVER;
}

/**
 * Which faults may have failed which requests of a population: of those that were in force while a request was under
 * way,
 *
 * - the ones that strike where it went;
 * - the ones whose load may have moved there, since the GTM had withdrawn their centres;
 * - where there is neither, any other that a request can meet, else any at all.
 *
 * Not one that the population had recovered from when another of them struck. What fails where a fault was healed,
 * before a request or a check has succeeded there, is its remains: nobody's, and of a fault that strikes there not certainly.
 *
 * @param reaches in the order of their injection
 * @param requests of the population, in the order of their ends
 */
export function errorsByFault(
  reaches: readonly Reach[],
  requests: readonly RequestEvent[],
  { wasAnswered, servedSince }: Sightings,
): ReadonlyMap<Reach, Errors> {
  const failed = requests.filter(request => !succeeded(request));
  const remains = new Remains(reaches, requests, servedSince);
  /** By fault, those of the faults before it that the population had recovered from when it struck. */
  const overcome = new Map<Reach, ReadonlySet<Reach>>();

  /** Of the first `count` faults. */
  function blame(request: RequestEvent, count = reaches.length): Blamed {
    const unanswered = request.address === undefined && !wasAnswered(request.answer);
    const inForce = reaches
      .slice(0, count)
      .filter(reach => isInForce(reach, request) && (reach.names || !unanswered));
    const near = nearest(inForce, request);
    const on = near.filter(reach => !near.some(other => overcome.get(other)?.has(reach)));
    const isRemains = remains.have(request);
    if (isRemains && !near.some(reach => meets(reach, request))) return { request, on: [], isCertain: false };
    return { request, on, isCertain: on.length === 1 && !isRemains };
  }

  reaches.forEach((reach, index) => {
    const { inject } = reach.fault;
    const others = reaches.slice(0, index).filter(({ fault: { healed = NEVER } }) => healed > inject);
    if (others.length === 0) return;
    const before = failed.filter(({ at }) => at < inject).map(request => blame(request, index));
    const sent = requests.filter(request => request.sent < inject);
    overcome.set(
      reach,
      new Set(others.filter(other => hasRecovered(other, errorsOf(other, before).possible, sent))),
    );
  });
  const all = failed.map(request => blame(request));
  return new Map(reaches.map(reach => [reach, errorsOf(reach, all)]));
}

/** What else than its own requests shows what a population met. */
export interface Sightings {
  /** Whether a name server answered the query of this id, if only that there is no address. */
  wasAnswered(answer: number): boolean;
  /** When a health check of the address passed first, from a time on; infinite if none did. */
  servedSince(address: string, from: number): number;
}

export function sightingsOf({ answers, probes }: DrillRecord): Sightings {
  const answered = new Set(answers.filter(({ failure }) => failure === undefined).map(({ id }) => id));
  return {
    wasAnswered: answer => answered.has(answer),
    servedSince: (address, from) =>
      probes.find(({ ok, at, address: checked }) => ok && at >= from && checked === address)?.at ?? NEVER,
  };
}

interface Blamed {
  readonly request: RequestEvent;
  readonly on: readonly Reach[];
  readonly isCertain: boolean;
}

function errorsOf(reach: Reach, blamed: readonly Blamed[]): Errors {
  const own = blamed.filter(({ on }) => on.includes(reach));
  const certain = own.filter(({ isCertain }) => isCertain);
  return { possible: own.map(({ request }) => request), certain: certain.map(({ request }) => request) };
}

function isInForce({ fault: { inject, healed = NEVER } }: Reach, { sent, at }: RequestEvent): boolean {
  return inject <= at && sent < healed;
}

function nearest(inForce: readonly Reach[], request: RequestEvent): readonly Reach[] {
  const direct = inForce.filter(reach => reach.meetsClients);
  const near = direct.filter(reach => strikes(reach, request) || reach.withdrawn <= request.sent);
  return [near, direct, inForce].find(some => some.length > 0) ?? [];
}

function meets(reach: Reach, request: RequestEvent): boolean {
  return reach.meetsClients && strikes(reach, request);
}

/** Whether it strikes where the request went. */
function strikes({ addresses, names }: Reach, { address, failure }: RequestEvent): boolean {
  return address === undefined ? names && failure === 'dns' : addresses.has(address);
}

/**
 * Whether a population had recovered from a fault, by what it had sent until then: since the last error, so many requests
 * have succeeded where the fault strikes that another would have shown, or none went there any more, and as many
 * succeeded elsewhere. A fault that goes on and has failed nothing yet may fail something later.
 */
function hasRecovered(
  { fault, addresses }: Reach,
  errors: readonly RequestEvent[],
  sent: readonly RequestEvent[],
): boolean {
  if (errors.length === 0 && !fault.momentary) return false;
  const last = Math.max(fault.inject, lastSent(errors));
  const went = sent.filter(({ address = '' }) => addresses.size === 0 || addresses.has(address));
  const there = went.filter(request => request.sent > last);
  const elsewhere = sent.filter(request => request.sent > last && succeeded(request));
  if (there.length === 0 && errors.length > 0) return elsewhere.length >= showing(1 / 5);
  const before = went.filter(request => request.sent >= fault.inject && request.sent <= last);
  const share = errors.length / Math.max(1, errors.length + before.filter(succeeded).length);
  return there.filter(succeeded).length >= Math.max(showing(1 / 5), showing(share));
}

/** So many successes in a row are a chance of `DOUBT` where that share of requests fails. */
function showing(share: number): number {
  if (share === 0) return 0;
  return share === 1 ? 1 : Math.log(DOUBT) / Math.log1p(-share);
}

/** What is still broken where a fault was healed. */
class Remains {
  readonly #reaches: readonly Reach[];
  readonly #requests: readonly RequestEvent[];
  readonly #servedSince: Sightings['servedSince'];
  /** By address and time of healing: when the first request was sent that succeeded there, or a check passed. */
  readonly #served = new Map<string, number>();

  constructor(
    reaches: readonly Reach[],
    requests: readonly RequestEvent[],
    servedSince: Sightings['servedSince'],
  ) {
    this.#reaches = reaches;
    this.#requests = requests;
    this.#servedSince = servedSince;
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
      first = this.#servedSince(address, healed);
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
 * fault that fails every fifth request needs 21. What fails in between is another fault's.
 *
 * @param successes of the population since the fault was in force
 */
export function areOver(
  errors: readonly RequestEvent[],
  successes: readonly RequestEvent[],
  until: number,
): boolean {
  const last = lastSent(errors);
  const before = successes.filter(({ sent }) => sent <= last).length;
  const wanted = Math.max(1, showing(errors.length / (errors.length + before)));
  let seen = 0;
  for (const { sent } of successes) if (sent > last && sent < until && ++seen >= wanted) return true;
  return false;
}

/** The last to end may have been sent before another. */
export function lastSent(errors: readonly RequestEvent[]): number {
  return errors.reduce((last, { sent }) => Math.max(last, sent), Number.NEGATIVE_INFINITY);
}
