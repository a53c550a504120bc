import {
  type HealthEvent,
  type PublishEvent,
  type RequestEvent,
  type RouteEvent,
  succeeded,
} from '../runtime/journal.ts';
import { type Errors, errorsByFault, lastSent, sightingsOf } from './blame.ts';
import { sum } from './bounds.ts';
import { type FaultLife, NEVER } from './faults.ts';
import { chanceOfQuiet, ENOUGH, isQuiet } from './quiet.ts';
import { holdsAny, type Reach, reachesOf } from './reach.ts';
import type { DrillRecord } from './record.ts';
import { PHASES, type Phase, type Recovery } from './verdict.ts';

/**
 * Recovery of a population from a fault, from the journal alone.
 *
 * RTO: from the moment at which the fault is in force to the end of the last request that it may have failed (`blame.ts`
 * says which these are). Where another fault may have failed it too, the true RTO may be shorter: not below `atLeast`,
 * which ends with the last request that nothing else can have failed.
 *
 * The phases follow the way that good news takes. They begin where the one before ends, and end with
 *
 * - detect: the last change of health before the decision that leads to recovery;
 * - decide: that decision, the route of the first publication that holds none of the fault's addresses;
 * - publish: that publication;
 * - resolver: the last time that a client was given an old answer, one that holds an address of the fault;
 * - client: the last connection that was opened because of an old answer;
 * - connection: the end of the last request that failed at an address of the fault.
 *
 * Where the GTM withdrew nothing, or nothing was left to answer with, there are no phases; nor where the journal lacks an
 * answer that a request used: how long old ones were in use is not to be seen then.
 */
export interface PopulationRecovery extends Recovery {
  /** Requests that the population sent while the fault was in force. */
  readonly requests: number;
  /** Requests that the fault may have failed, also of those that were under way when it struck. */
  readonly errors: number;
  readonly lastError?: RequestEvent;
  /** Whether errors were over before the fault's healing began. */
  readonly withstood: boolean;
  /** After so long they were seen to be over: `rto`, or when only the healing shows it, how long that took. */
  readonly seenOver: number | null;
}

/** How the GTM took the fault's addresses out of its answers. */
interface Withdrawal {
  readonly health: HealthEvent;
  readonly route: RouteEvent;
  readonly publish: PublishEvent;
  /** Until then an answer with an address of the fault is an old one. */
  readonly until: number;
  /** By answer id, whether it holds an address of the fault: 1, or 0. */
  readonly old: readonly (1 | 0 | undefined)[];
  /** No check of the fault's addresses passed, nor did a later fault alone fail them. */
  readonly failedEveryCheck: boolean;
}

/** Errors that had more likely than not come to no end are said to go on. */
const LIKELY = 1 / 2;

type Recoveries = ReadonlyMap<string, readonly PopulationRecovery[]>;

/** Several expectations look at the same recoveries. */
const known = new WeakMap<DrillRecord, Recoveries>();

/** Every population's recovery from every fault that took effect, in their order. */
export function recoveriesOf(drill: DrillRecord): Recoveries {
  let recoveries = known.get(drill);
  if (recoveries === undefined) {
    recoveries = newRecoveries(drill);
    known.set(drill, recoveries);
  }
  return recoveries;
}

function newRecoveries(drill: DrillRecord): Recoveries {
  const faults = drill.faults.filter(fault => fault.injected !== undefined);
  const withdrawals = new Map(faults.map(fault => [fault, withdrawalOf(drill, fault)]));
  const sightings = sightingsOf(drill);
  return new Map(
    drill.populations.map(name => {
      const requests = drill.requestsOf(name);
      const reaches = reachesOf(drill, faults, name);
      const errors = errorsByFault(reaches, requests, sightings);
      const recoveries = [...errors].map(([reach, own]) =>
        recoveryOf(drill, name, requests, reach, own, withdrawals.get(reach.fault)),
      );
      return [name, recoveries];
    }),
  );
}

function recoveryOf(
  drill: DrillRecord,
  population: string,
  requests: readonly RequestEvent[],
  reach: Reach,
  errors: Errors,
  withdrawal: Withdrawal | undefined,
): PopulationRecovery {
  const { fault } = reach;
  const { possible, certain } = errors;
  const began = fault.injected as number;
  const { healed = NEVER } = fault;
  const asked = requests.filter(({ sent }) => sent >= began && sent < healed);
  const bounds = drill.bounds.phases(fault.targets, population);
  const measured =
    withdrawal && asked.length > 0 ? phasesOf(reach, withdrawal, [...asked, ...possible]) : undefined;
  // The bound of detection presumes checks that all fail; a fault that lets some pass may take longer, or for ever.
  const bound = (phase: Phase) =>
    phase === 'detect' && measured && !withdrawal?.failedEveryCheck ? null : bounds[phase];
  const lasted = (some: readonly RequestEvent[]) =>
    some.reduce((longest, { at }) => Math.max(longest, at - began), 0);
  const course = courseOf(fault, asked, requests, errors);
  const rto = course.ended ? lasted([...possible, ...course.hidden]) : null;
  return {
    fault: fault.name,
    ended: course.ended,
    rto,
    seenOver: rto === null || course.served ? rto : Math.max(rto, healed - began),
    atLeast: lasted(certain),
    withstood: course.withstood,
    bound: sum(bounds),
    phases: phaseRecord(phase => ({ ms: measured?.[phase] ?? null, bound: bound(phase) })),
    requests: asked.length,
    errors: possible.length,
    ...(possible.length > 0 && { lastError: possible.at(-1) as RequestEvent }),
  };
}

interface ErrorCourse {
  readonly ended: boolean | null;
  readonly withstood: boolean;
  /** Whether one was served after the last error, before the fault was healed. */
  readonly served: boolean;
  /** Errors of other faults from the last own one to the first success: they hide whether it would have gone on. */
  readonly hidden: readonly RequestEvent[];
}

/** Whether a population's errors of a fault ended: by themselves, or because the fault was healed. */
function courseOf(
  fault: FaultLife,
  asked: readonly RequestEvent[],
  requests: readonly RequestEvent[],
  { possible, certain }: Errors,
): ErrorCourse {
  const { injected = 0, heal = NEVER, healed = NEVER } = fault;
  if (possible.length === 0) {
    // That nothing failed is known of who asked and was served.
    const isServed = asked.some(succeeded);
    return { ended: isServed ? true : null, withstood: isServed, served: isServed, hidden: [] };
  }
  if (asked.length === 0) return { ended: null, withstood: false, served: false, hidden: [] };
  const last = lastSent(possible);
  const successes = requests.filter(request => request.sent >= injected && succeeded(request));
  const firstSuccess = successes.reduce(
    (first, { sent }) => (sent > last && sent < first ? sent : first),
    NEVER,
  );
  const others = asked.filter(request => request.sent > last && !succeeded(request));
  const quietBy = (until: number) =>
    successes.reduce((count, { sent }) => count + (sent > last && sent < until ? 1 : 0), 0);
  const quiet = quietBy(NEVER);
  const before = successes.length - quiet;
  // What is left of nothing has no rate.
  const isOver = (since: number) =>
    fault.leavesNothing ? since >= ENOUGH : isQuiet(possible.length, before, since);
  const goesOn = chanceOfQuiet(possible.length, before, quiet) > LIKELY;
  const isLastCertain = others.length === 0 && certain.at(-1) === possible.at(-1);
  // What fails after the healing is not the fault's.
  const ended = healed < NEVER || isOver(quiet);
  return {
    ended: ended || (goesOn && isLastCertain ? false : null),
    withstood: isOver(heal < NEVER ? quietBy(heal) : quiet),
    served: firstSuccess < healed,
    hidden: others.filter(({ sent }) => sent < firstSuccess),
  };
}

export function phaseRecord<T>(value: (phase: Phase) => T): Record<Phase, T> {
  return Object.fromEntries(PHASES.map(phase => [phase, value(phase)])) as Record<Phase, T>;
}

/** The first publication after the fault without its addresses, and what led to it. */
function withdrawalOf(drill: DrillRecord, fault: FaultLife): Withdrawal | undefined {
  const struck = drill.bounds.addressesOf(fault.targets);
  const began = fault.injected as number;
  const healed = fault.healed ?? NEVER;
  const holds = (answer: { readonly addresses: readonly string[] }) => holdsAny(answer, struck);
  const { publications, routes, health } = drill;
  const before = publications.findLast(({ at }) => at <= began);
  if (struck.size === 0 || (before && !holds(before))) return undefined;
  const publish = publications.find(each => each.at > began && each.at < healed && !holds(each));
  if (publish === undefined || publish.addresses.length === 0) return undefined;
  const route = routes.findLast(each => drill.precedes(each, publish) && sameAnswer(each, publish));
  const change = route && health.findLast(each => each.at >= began && drill.precedes(each, route));
  // Else the decision came of something else, such as the return of another centre.
  if (route === undefined || change?.status !== 'ALERT' || !fault.targets.includes(change.centre))
    return undefined;
  // Another fault has struck there since: that may be what takes the centre out, and what leaves nothing is not.
  const other = drill.faults.find(
    ({ inject, targets }) => inject > began && inject <= change.at && targets.includes(change.centre),
  );
  if (fault.leavesNothing && other !== undefined) return undefined;
  const again = publications.find(each => drill.precedes(publish, each) && holds(each));
  const old: (1 | 0)[] = [];
  for (const answer of drill.answers) old[answer.id] = holds(answer) ? 1 : 0;
  const until = Math.min(healed, again?.at ?? healed);
  return {
    health: change,
    route,
    publish,
    until,
    old,
    failedEveryCheck: failedEveryCheck(drill, fault, struck, other?.inject ?? NEVER),
  };
}

function sameAnswer(route: RouteEvent, publish: PublishEvent): boolean {
  return (
    route.strategy === publish.strategy &&
    route.set === publish.set &&
    route.addresses.length === publish.addresses.length &&
    route.addresses.every(address => publish.addresses.includes(address))
  );
}

/**
 * Whether no check of the fault's addresses passed from the fault on, those apart that were under way; nor was the first
 * to fail after `later`, when another struck.
 */
function failedEveryCheck(
  drill: DrillRecord,
  fault: FaultLife,
  struck: ReadonlySet<string>,
  later: number,
): boolean {
  const from = (fault.injected as number) + drill.bounds.checkTimeout;
  const until = fault.heal ?? NEVER;
  const checks = drill.probes.filter(({ at, address }) => at > from && at < until && struck.has(address));
  return checks.every(({ ok }) => !ok) && (later === NEVER || checks.some(({ at }) => at < later));
}

function phasesOf(
  { fault, addresses }: Reach,
  { health, route, publish, until, old }: Withdrawal,
  requests: readonly RequestEvent[],
): Record<Phase, number> | undefined {
  const began = fault.injected as number;
  let looked = publish.at;
  let connected = publish.at;
  let failed = publish.at;
  for (const request of requests) {
    if (request.sent >= until) continue;
    const isOld = old[request.answer];
    if (isOld === undefined && request.answer !== 0) return undefined;
    if (isOld !== 1) continue;
    looked = Math.max(looked, request.looked);
    connected = Math.max(connected, request.connected);
    if (!succeeded(request) && addresses.has(request.address ?? '')) failed = Math.max(failed, request.at);
  }
  connected = Math.max(connected, looked);
  return {
    detect: health.at - began,
    decide: route.at - health.at,
    publish: publish.at - route.at,
    resolver: looked - publish.at,
    client: connected - looked,
    connection: Math.max(failed, connected) - connected,
  };
}
