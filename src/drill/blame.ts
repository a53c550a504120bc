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
  /** When clients had heard at the latest that its centres are in the answers again; infinite if they never were. */
  readonly returned: number;
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
  const withdrawn = withdrawnAt(drill, fault, addresses);
  const again = drill.publications.find(
    each => each.at > withdrawn && each.addresses.some(address => addresses.has(address)),
  );
  const { resolver, client, connection } = drill.bounds.phases(fault.targets, population);
  const returned = (again?.at ?? NEVER) + (resolver ?? 0) + (client ?? 0) + (connection ?? 0);
  return { fault, addresses, names, meetsClients, withdrawn, returned };
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
 * before a request or a check has succeeded there, or where its load still is, is what it left: nobody's, and of a fault
 * that strikes there not certainly.
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
  const overcome = new Map<Reach, ReadonlyMap<Reach, Recovered>>();

  /** Of the first `count` faults. */
  function blame(request: RequestEvent, count = reaches.length): Blamed {
    const unanswered = request.address === undefined && !wasAnswered(request.answer);
    const inForce = reaches
      .slice(0, count)
      .filter(reach => isInForce(reach, request) && (reach.names || !unanswered));
    const near = nearest(inForce, request);
    const isCleared = (reach: Reach, by: Reach) => {
      const recovered = overcome.get(by)?.get(reach);
      // That none went there any more says nothing of one that did again.
      return recovered === 'elsewhere'
        ? !(strikes(reach, request) && strikes(by, request))
        : recovered !== undefined;
    };
    const on = near.filter(reach => !near.some(other => isCleared(reach, other)));
    const isRemains = remains.have(request);
    if (isRemains && !near.some(reach => isNear(reach, request)))
      return { request, on: [], isCertain: false };
    return { request, on, isCertain: on.length === 1 && !isRemains };
  }

  reaches.forEach((reach, index) => {
    const { inject } = reach.fault;
    const others = reaches.slice(0, index).filter(({ fault: { healed = NEVER } }) => healed > inject);
    if (others.length === 0) return;
    const before = failed.filter(({ at }) => at < inject).map(request => blame(request, index));
    const sent = requests.filter(request => request.sent < inject);
    const recovered = new Map<Reach, Recovered>();
    for (const other of others) {
      const where = recoveredFrom(other, errorsOf(other, before), sent, inject);
      if (where !== undefined) recovered.set(other, where);
    }
    overcome.set(reach, recovered);
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
  // Most drills resolve every name.
  let answered: ReadonlySet<number> | undefined;
  return {
    wasAnswered(answer) {
      answered ??= new Set(answers.filter(({ failure }) => failure === undefined).map(({ id }) => id));
      return answered.has(answer);
    },
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
  const near = direct.filter(reach => isNear(reach, request));
  return [near, direct, inForce].find(some => some.length > 0) ?? [];
}

/** Whether it strikes where the request went, or its load had to move there. */
function isNear(reach: Reach, request: RequestEvent): boolean {
  return reach.meetsClients && (strikes(reach, request) || reach.withdrawn <= request.sent);
}

function strikes({ addresses, names }: Reach, { address, failure }: RequestEvent): boolean {
  return address === undefined ? names && failure === 'dns' : addresses.has(address);
}

/** Where a population that has recovered from a fault was served: where the fault strikes, or elsewhere alone. */
type Recovered = 'there' | 'elsewhere';

/**
 * Whether a population had recovered from a fault by `until`, when another struck, by what it had sent until then. Since
 * the last error so many requests have succeeded where the fault strikes that it is not by chance that none failed. Or
 * none went there any more: then some must have succeeded elsewhere, for as long as the errors had lasted, since load
 * that moves shows late what it does. A fault that goes on and has failed nothing yet may fail something later.
 */
function recoveredFrom(
  { fault, addresses }: Reach,
  { possible, certain }: Errors,
  sent: readonly RequestEvent[],
  until: number,
): Recovered | undefined {
  if (possible.length === 0 && !fault.momentary) return undefined;
  const last = Math.max(fault.inject, lastSent(possible));
  const went = sent.filter(({ address = '' }) => addresses.size === 0 || addresses.has(address));
  const there = went.filter(request => request.sent > last);
  if (there.length === 0 && possible.length > 0) {
    const served = sent.filter(request => request.sent > last && succeeded(request)).length;
    return served >= SHOWING && until - last >= last - fault.inject ? 'elsewhere' : undefined;
  }
  const before = went.filter(request => request.sent >= fault.inject && request.sent <= last);
  const [between, since] = [before, there].map(some => some.filter(succeeded).length);
  return areOver(fault, certain.length, between as number, since as number) ? 'there' : undefined;
}

/** So many successes in a row are a chance of `DOUBT` where every fifth request fails. */
const SHOWING = Math.log(DOUBT) / Math.log1p(-1 / 5);

/** What a fault has left after its healing: what is still broken where it struck, its load where that had moved. */
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
      ({ fault: { healed = NEVER }, addresses, meetsClients, withdrawn, returned }) => {
        if (healed > sent || !meetsClients) return false;
        if (addresses.has(address)) return this.#servedAt(address, healed) >= sent;
        // Its load is still where it moved to.
        return withdrawn < healed && sent < returned;
      },
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
 * Whether a fault's errors are over: that they go on at their rate, whatever it is, and have all come before the last
 * `quiet` successes, is a chance of at most 1 in 100. What struck and passed has no rate: it is over when as many have
 * succeeded as show that not one in five fails.
 *
 * @param before successes between the errors
 */
export function areOver(
  { momentary }: Pick<FaultLife, 'momentary'>,
  errors: number,
  before: number,
  quiet: number,
): boolean {
  if (momentary) return quiet >= SHOWING;
  return errors > 0 && chanceOfQuiet(errors, before, quiet) <= DOUBT;
}

/** The chance that of so many requests in any order the last `quiet` hold none of the errors. */
export function chanceOfQuiet(errors: number, before: number, quiet: number): number {
  const all = errors + before + quiet;
  let chance = 1;
  for (let i = 0; i < errors && chance > 0; i++) chance *= (all - quiet - i) / (all - i);
  return chance;
}

/** The last to end may have been sent before another. */
export function lastSent(errors: readonly RequestEvent[]): number {
  return errors.reduce((last, { sent }) => Math.max(last, sent), Number.NEGATIVE_INFINITY);
}
