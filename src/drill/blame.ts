import { type RequestEvent, succeeded } from '../runtime/journal.ts';
import { ENOUGH, isQuiet } from './quiet.ts';
import { awayAt, isInForce, type Reach, strikes } from './reach.ts';
import type { DrillRecord } from './record.ts';

/** The failed requests of one population that a fault was in force for. */
export interface Errors {
  /** Those that it may have failed. */
  readonly possible: readonly RequestEvent[];
  /** Those of them that no other fault may have failed. */
  readonly certain: readonly RequestEvent[];
}

/** What else than its own requests shows what a population met. */
export interface Sightings {
  /** Whether a name server answered the query of this id, if only that there is no address. */
  wasAnswered(answer: number): boolean;
  /** When a health check of the address passed first, from a time on; infinite if none did. */
  servedSince(address: string, from: number): number;
  /** How many requests of all populations to these addresses had succeeded in a row by `until`, of those sent since `from`. */
  servedInARow(addresses: ReadonlySet<string>, from: number, until: number): number;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Which faults may have failed which requests of a population: of those that were in force while a request was under
 * way,
 *
 * - the ones that strike where it went;
 * - the ones whose load may have moved there, since the GTM had withdrawn their centres;
 * - where there is neither, any other that a request can meet, else any at all;
 * - of an answer without addresses, any at all: each may keep a centre out.
 *
 * Not one that the population had recovered from when another of them struck, nor one that leaves nothing once that was
 * seen. What fails where a fault was healed, before a request or a check has succeeded there, or over a connection from
 * before, or where its load still is, is what it left: nobody's, and not certainly of a fault that strikes there, though no
 * request can meet it: it may hinder the return.
 *
 * @param reaches in the order of their injection
 * @param requests of the population, in the order of their ends
 */
export function errorsByFault(
  reaches: readonly Reach[],
  requests: readonly RequestEvent[],
  sightings: Sightings,
): ReadonlyMap<Reach, Errors> {
  const failed = requests.filter(request => !succeeded(request));
  const failsAnyway = failed.some(({ at }) => reaches.every(({ fault }) => at < fault.inject));
  const remains = new Remains(reaches, requests, sightings);
  /** By fault, those of the faults before it that the population had recovered from when it struck. */
  const overcome = new Map<Reach, ReadonlyMap<Reach, Recovered>>();
  /** Of those that leave nothing, when another struck first that shows them over. */
  const over = new Map<Reach, number>();

  function blame(request: RequestEvent): Blamed {
    const { at, address, answer } = request;
    const isAnswered = address === undefined && sightings.wasAnswered(answer);
    // Silent name servers give no answer, and nothing else keeps it back.
    const inForce = reaches.filter(
      reach =>
        isInForce(reach, request) &&
        at < (over.get(reach) ?? NEVER) &&
        (address !== undefined || reach.names !== isAnswered),
    );
    const isRemains = remains.have(request);
    const near = isAnswered
      ? inForce
      : isRemains
        ? inForce.filter(reach => isNear(reach, request) || strikes(reach, request))
        : nearest(inForce, request);
    const isCleared = (reach: Reach, by: Reach) => {
      const recovered = overcome.get(by)?.get(reach);
      // That none went there any more says nothing of one that did again.
      return recovered === 'elsewhere'
        ? !(strikes(reach, request) && strikes(by, request))
        : recovered !== undefined;
    };
    const on = near.filter(reach => !near.some(other => isCleared(reach, other)));
    // Of those that strike nowhere near, it may be what failed before any fault, or what a healed one has left after all.
    const isKnown = on.some(reach => isNear(reach, request)) || !(failsAnyway || remains.mayHave(request));
    return { request, on, isCertain: on.length === 1 && isKnown && !isRemains };
  }

  reaches.forEach((reach, index) => {
    const { inject } = reach.fault;
    const earlier = reaches.slice(0, index).filter(({ fault: { healed = NEVER } }) => healed > inject);
    for (const other of earlier)
      if (!over.has(other) && isOver(other, inject, sightings)) over.set(other, inject);
    const others = earlier.filter(other => !over.has(other));
    if (others.length === 0) return;
    const before = failed.filter(({ at }) => at < inject).map(blame);
    const sent = requests.filter(request => request.sent < inject);
    const recovered = new Map<Reach, Recovered>();
    for (const other of others) {
      const where = recoveredFrom(other, errorsOf(other, before), sent, inject);
      if (where !== undefined) recovered.set(other, where);
    }
    overcome.set(reach, recovered);
  });
  const all = failed.map(blame);
  return new Map(reaches.map(reach => [reach, errorsOf(reach, all)]));
}

export function sightingsOf({
  answers,
  probes,
  requests,
}: Pick<DrillRecord, 'answers' | 'probes' | 'requests'>): Sightings {
  // Most drills resolve every name.
  let answered: ReadonlySet<number> | undefined;
  return {
    wasAnswered(answer) {
      answered ??= new Set(answers.filter(({ failure }) => failure === undefined).map(({ id }) => id));
      return answered.has(answer);
    },
    servedSince: (address, from) =>
      probes.find(({ ok, at, address: checked }) => ok && at >= from && checked === address)?.at ?? NEVER,
    servedInARow(addresses, from, until) {
      const there = requests.filter(
        ({ sent, at, address = '' }) => sent >= from && at < until && addresses.has(address),
      );
      const last = lastSent(there.filter(request => !succeeded(request)));
      return there.filter(({ sent }) => sent > last).length;
    },
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

function nearest(inForce: readonly Reach[], request: RequestEvent): readonly Reach[] {
  const direct = inForce.filter(reach => reach.meetsClients);
  const near = inForce.filter(reach => isNear(reach, request));
  return [near, direct, inForce].find(some => some.length > 0) ?? [];
}

/** Whether the request met it where it went, or its load had to move there: also that of one that only checks can meet. */
function isNear(reach: Reach, request: RequestEvent): boolean {
  return strikes(reach, request) ? reach.meetsClients : awayAt(reach, request.sent) !== undefined;
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
  if (possible.length === 0) return undefined;
  const last = lastSent(possible);
  const went = sent.filter(({ address = '' }) => addresses.size === 0 || addresses.has(address));
  const there = went.filter(request => request.sent > last);
  if (there.length === 0) {
    const served = sent.filter(request => request.sent > last && succeeded(request)).length;
    return served >= ENOUGH && until - last >= last - fault.inject ? 'elsewhere' : undefined;
  }
  if (fault.leavesNothing) return undefined;
  const before = went.filter(request => request.sent >= fault.inject && request.sent <= last);
  const [between, since] = [before, there].map(some => some.filter(succeeded).length);
  return isQuiet(certain.length, between as number, since as number) ? 'there' : undefined;
}

/** What a fault leaves that leaves nothing is over for all populations when their successes in a row show it. */
function isOver({ fault, addresses }: Reach, at: number, { servedInARow }: Sightings): boolean {
  return fault.leavesNothing === true && servedInARow(addresses, fault.inject, at) >= ENOUGH;
}

/** What a fault has left after its healing: what is still broken where it struck, its load where that had moved. */
class Remains {
  readonly #reaches: readonly Reach[];
  readonly #requests: readonly RequestEvent[];
  readonly #sightings: Sightings;
  /** By address and time of healing: when the first request of those sent since had succeeded there, or a check passed. */
  readonly #served = new Map<string, number>();

  constructor(reaches: readonly Reach[], requests: readonly RequestEvent[], sightings: Sightings) {
    this.#reaches = reaches;
    this.#requests = requests;
    this.#sightings = sightings;
  }

  have(request: RequestEvent): boolean {
    const { address, answer, sent } = request;
    // An answer may be empty since the load is not back; silence has nothing to do with it.
    if (address === undefined && !this.#sightings.wasAnswered(answer)) return false;
    return this.#reaches.some(reach => {
      const { healed = NEVER } = reach.fault;
      if (healed > sent) return false;
      if (address !== undefined && reach.addresses.has(address))
        return (
          reach.meetsClients && (this.#servedAt(address, healed) >= sent || this.#isHalfOpen(request, healed))
        );
      // Its load is still where it moved to.
      return (awayAt(reach, request.sent)?.from ?? NEVER) < healed;
    });
  }

  /** Whether it was the first, after a healing, over a connection from before: the host may have lost it in between. */
  #isHalfOpen({ failure, population, client, connected, sent }: RequestEvent, healed: number): boolean {
    if (failure !== 'reset' || connected >= healed) return false;
    return !this.#requests.some(
      other =>
        other.population === population &&
        other.client === client &&
        other.connected === connected &&
        other.sent >= healed &&
        other.sent < sent &&
        succeeded(other),
    );
  }

  /** Whether something may be left though some have succeeded: only so many in a row are not by chance. */
  mayHave({ address, sent }: RequestEvent): boolean {
    return this.#reaches.some(
      ({ fault: { healed = NEVER }, meetsClients, addresses }) =>
        address !== undefined &&
        meetsClients &&
        addresses.has(address) &&
        healed <= sent &&
        this.#sightings.servedInARow(new Set([address]), healed, sent) < ENOUGH,
    );
  }

  #servedAt(address: string, healed: number): number {
    const key = `${address} ${healed}`;
    let first = this.#served.get(key);
    if (first === undefined) {
      first = this.#sightings.servedSince(address, healed);
      for (const request of this.#requests)
        if (request.address === address && request.sent >= healed && succeeded(request))
          first = Math.min(first, request.at);
      this.#served.set(key, first);
    }
    return first;
  }
}

/** The last to end may have been sent before another. */
export function lastSent(errors: readonly RequestEvent[]): number {
  return errors.reduce((last, { sent }) => Math.max(last, sent), Number.NEGATIVE_INFINITY);
}
