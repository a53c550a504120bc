import { type AnswerEvent, type RequestEvent, succeeded } from '../runtime/journal.ts';
import { NEVER } from './faults.ts';
import { ENOUGH, isQuiet } from './quiet.ts';
import { hasMoved, isInForce, type Reach, strikes } from './reach.ts';
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
  /** When the name server gave the answer that led to where the request went. */
  answeredAt(request: RequestEvent): number;
  /** Whether the answer had expired when it was handed out, and the name servers had a newer one without the address. */
  isOutdated(request: RequestEvent): boolean;
  /** When a health check of the address passed first, from a time on; infinite if none did. */
  servedSince(address: string, from: number): number;
  /** What had become by `until` of the requests of all populations to these addresses, of those sent since `from`. */
  served(addresses: ReadonlySet<string>, from: number, until: number): Served;
}

interface Served {
  readonly errors: number;
  /** Successes before the last error, and in a row since. */
  readonly between: number;
  readonly since: number;
}

/**
 * Which faults may have failed which requests of a population: of those that were in force while a request was under
 * way,
 *
 * - the ones that strike where it went;
 * - the ones that had load moved or left there, by the answer that it used (`away.ts`), or kept an old answer in use;
 * - where there is neither, any other that a request can meet, else any at all;
 * - of an answer without addresses, any at all: each may keep a centre out;
 * - of a query without an answer, those that took from the client what it would have used instead.
 *
 * Not one that the population had recovered from, where the request went, when another of them struck, nor one that leaves
 * nothing once that was seen. What fails where a fault was healed, before a request or a check has succeeded there, or over a
 * connection from before, or where its load still is, is what it left: nobody's, and not certainly of a fault that strikes
 * there. One that strikes there and that no request can meet may hinder a return: it is among them then, and while another
 * there is being put right.
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
  const formers = reaches.some(({ names }) => names) ? formersIn(requests, sightings) : undefined;
  /** By fault, of those before it, where the population had recovered from them when it struck. */
  const overcome = new Map<Reach, ReadonlyMap<Reach, ReadonlySet<string>>>();
  /** Of those that leave nothing, when another struck first that shows them over. */
  const over = new Map<Reach, number>();

  function blame(request: RequestEvent): Blamed {
    const { at, sent, address, answer } = request;
    const isAnswered = address === undefined && sightings.wasAnswered(answer);
    const lost = lostTo(formers?.get(request), sent);
    // Silent name servers give no answer, and nothing else keeps it back; but there was no need of one before.
    const inForce = reaches.filter(
      reach =>
        isInForce(reach, request) &&
        at < (over.get(reach) ?? NEVER) &&
        (address !== undefined || reach.names !== isAnswered || lost.includes(reach)),
    );
    const isRemains = remains.have(request);
    const isNear = (reach: Reach) =>
      (strikes(reach, request) && (reach.meetsClients || isReturning)) ||
      lost.includes(reach) ||
      hasMoved(reach, address, sightings.answeredAt(request)) ||
      (reach.names && sightings.isOutdated(request));
    const isReturning =
      isRemains || inForce.some(reach => strikes(reach, request) && isMended(reach, request));
    const near = isAnswered ? inForce : isRemains ? inForce.filter(isNear) : nearest(inForce, isNear);
    const isCleared = (reach: Reach, by: Reach) =>
      address !== undefined && overcome.get(by)?.get(reach)?.has(address) === true;
    const on = near.filter(reach => !near.some(other => isCleared(reach, other)));
    // Of those that strike nowhere near, it may be what failed before any fault, or what a healed one has left after all.
    const isKnown = on.some(isNear) || !(failsAnyway || remains.mayHave(request));
    const isAlone = on.length === 1 && lost.every(reach => on.includes(reach));
    return { request, on, isCertain: isAlone && isKnown && !isRemains };
  }

  /** What may have taken, until then, what an earlier request of the client had used. */
  function lostTo(former: RequestEvent | undefined, at: number): readonly Reach[] {
    if (former === undefined) return [];
    if (former.address === undefined) return blame(former).on;
    // A connection that is idle may be lost, too.
    return reaches.filter(
      reach => reach.meetsClients && strikes(reach, former) && isInForce(reach, { sent: former.sent, at }),
    );
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
    const recovered = others.map(
      other => [other, recoveredAt(other, errorsOf(other, before), sent, inject, sightings)] as const,
    );
    overcome.set(reach, new Map(recovered));
  });
  const all = failed.map(blame);
  return new Map(reaches.map(reach => [reach, errorsOf(reach, all)]));
}

/**
 * Of each request without an answer of the name servers, the client's last before it that had one, where that leaves
 * something to lose: a connection that is kept, or an address that the answer already lacked.
 */
function formersIn(
  requests: readonly RequestEvent[],
  { wasAnswered }: Sightings,
): ReadonlyMap<RequestEvent, RequestEvent> {
  const keepsConnections = requests.some(({ connected, sent }) => connected < sent);
  const formers = new Map<RequestEvent, RequestEvent>();
  const last = new Map<number, RequestEvent>();
  for (const request of requests) {
    const { client, address, answer } = request;
    const former = last.get(client);
    if (address !== undefined || wasAnswered(answer)) last.set(client, request);
    else if (former !== undefined && (keepsConnections || former.address === undefined))
      formers.set(request, former);
  }
  return formers;
}

export function sightingsOf(drill: SightedDrill): Sightings {
  const { answers, probes, requests, publications } = drill;
  // Most drills resolve every name, and hand out no answer that has expired.
  let known: ReadonlyMap<number, AnswerEvent> | undefined;
  const answerOf = (id: number) => {
    known ??= new Map(answers.map(answer => [answer.id, answer]));
    return known.get(id);
  };
  return {
    wasAnswered(id) {
      const answer = answerOf(id);
      return answer !== undefined && answer.failure === undefined;
    },
    answeredAt: ({ answer, looked }) => answerOf(answer)?.at ?? looked,
    isOutdated({ answer: id, address, looked, population }) {
      const answer = answerOf(id);
      const isNewest = () =>
        publications.findLast(({ at }) => at <= looked)?.addresses.includes(address ?? '');
      return answer !== undefined && looked >= answer.at + drill.freshFor(answer, population) && !isNewest();
    },
    servedSince: (address, from) =>
      probes.find(({ ok, at, address: checked }) => ok && at >= from && checked === address)?.at ?? NEVER,
    served(addresses, from, until) {
      const there = requests.filter(
        ({ sent, at, address = '' }) => sent >= from && at < until && addresses.has(address),
      );
      const failed = there.filter(request => !succeeded(request));
      const last = lastSent(failed);
      const since = there.filter(({ sent }) => sent > last).length;
      return { errors: failed.length, between: there.length - failed.length - since, since };
    },
  };
}

type SightedDrill = Pick<DrillRecord, 'answers' | 'probes' | 'requests' | 'publications' | 'freshFor'>;

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

function nearest(inForce: readonly Reach[], isNear: (reach: Reach) => boolean): readonly Reach[] {
  const direct = inForce.filter(reach => reach.meetsClients);
  const near = inForce.filter(isNear);
  return [near, direct, inForce].find(some => some.length > 0) ?? [];
}

/** Whether what it did is being put right: what keeps the centre from coming back may fail requests, too. */
function isMended({ fault: { momentary, heal = NEVER } }: Reach, { at }: RequestEvent): boolean {
  return momentary === true || heal <= at;
}

/**
 * At which addresses a population had recovered from a fault by `until`, when another struck. Where the fault strikes,
 * so many requests have succeeded since the last error that it is not by chance that none failed. Elsewhere, when none went
 * there any more: so many have, whoever's, and enough of the population's own, for as long as the errors had lasted, since
 * load that moves shows late what it does. A fault that goes on and has failed nothing yet may fail something later.
 *
 * @param sent what the population had sent until then
 */
function recoveredAt(
  { fault, addresses }: Reach,
  { possible, certain }: Errors,
  sent: readonly RequestEvent[],
  until: number,
  { served }: Sightings,
): ReadonlySet<string> {
  if (possible.length === 0) return new Set();
  const last = lastSent(possible);
  const isGone = !sent.some(request => request.sent > last && addresses.has(request.address ?? ''));
  const isLong = until - last >= last - fault.inject;
  const successes = Map.groupBy(
    sent.filter(request => request.sent >= fault.inject && request.at < until && succeeded(request)),
    ({ address = '' }) => address,
  );
  const found = [...successes].filter(([address, some]) => {
    const since = some.filter(request => request.sent > last).length;
    if (addresses.has(address)) {
      const errors = certain.filter(request => request.address === address).length;
      return fault.leavesNothing !== true && isQuiet(errors, some.length - since, since);
    }
    const all = served(new Set([address]), fault.inject, until);
    return (
      isGone && isLong && since >= ENOUGH && (all.errors === 0 || isQuiet(all.errors, all.between, all.since))
    );
  });
  return new Set(found.map(([address]) => address));
}

/** What a fault leaves that leaves nothing is over for all populations when their successes in a row show it. */
function isOver({ fault, addresses }: Reach, at: number, { served }: Sightings): boolean {
  return fault.leavesNothing === true && served(addresses, fault.inject, at).since >= ENOUGH;
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
    const answered = this.#sightings.answeredAt(request);
    // An answer may be empty since the load is not back; silence has nothing to do with it.
    if (address === undefined && !this.#sightings.wasAnswered(answer)) return false;
    return this.#reaches.some(reach => {
      const { healed = NEVER } = reach.fault;
      if (healed > sent) return false;
      const isHere = address !== undefined && reach.meetsClients && reach.addresses.has(address);
      // Or its load is still where it moved to.
      return (
        (isHere && (this.#servedAt(address, healed) >= sent || this.#isHalfOpen(request, healed))) ||
        hasMoved(reach, address, answered, healed)
      );
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
        this.#sightings.served(new Set([address]), healed, sent).since < ENOUGH,
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
