import {
  type HealthEvent,
  type PublishEvent,
  type RequestEvent,
  type RouteEvent,
  succeeded,
} from '../runtime/journal.ts';
import { sum } from './bounds.ts';
import { blamed, type FaultLife, meetsClients, type Reach } from './faults.ts';
import type { DrillRecord } from './record.ts';
import { PHASES, type Phase, type Recovery } from './verdict.ts';

/**
 * Recovery of a population from a fault, from the journal alone.
 *
 * RTO: from the moment at which the fault is in force to the end of the last request that failed because of it. An
 * error is put down to the fault in force that strikes where the request went, the latest of several (`blamed`). What
 * fails after the healing is not the fault's any more.
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
 * Where the GTM withdrew nothing, or nothing was left to answer with, there are no phases.
 */
export interface PopulationRecovery extends Recovery {
  /** Requests of the population while the fault was in force but for other faults' errors, and its own errors. */
  readonly requests: number;
  readonly errors: number;
  readonly lastError?: RequestEvent;
  /** Whether errors were over before the fault's healing began. */
  readonly withstood: boolean;
}

/** How the GTM took the fault's addresses out of its answers. */
interface Withdrawal {
  readonly health: HealthEvent;
  readonly route: RouteEvent;
  readonly publish: PublishEvent;
  /** Until then an answer with an address of the fault is an old one. */
  readonly until: number;
  /** By answer id: 1 when it holds an address of the fault. */
  readonly old: readonly (1 | undefined)[];
}

/** The chance to be wrong in saying that errors are over. */
const DOUBT = 0.01;

const NEVER = Number.POSITIVE_INFINITY;

export function recoveriesOf(drill: DrillRecord): ReadonlyMap<string, readonly PopulationRecovery[]> {
  const faults = drill.faults.filter(fault => fault.injected !== undefined);
  const ways = faults.map(fault => ({
    fault,
    addresses: drill.bounds.addressesOf(fault.targets),
    names: fault.targets.includes('gtm'),
    withdrawal: withdrawalOf(drill, fault),
    certain: failedEveryCheck(drill, fault),
  }));
  return new Map(
    drill.populations.map(name => {
      const requests = drill.requestsOf(name);
      return [name, ways.map(way => recoveryOf(drill, name, requests, way, ways))];
    }),
  );
}

interface Way extends Reach {
  readonly withdrawal: Withdrawal | undefined;
  readonly certain: boolean;
}

function recoveryOf(
  drill: DrillRecord,
  population: string,
  requests: readonly RequestEvent[],
  { fault, addresses, withdrawal, certain }: Way,
  ways: readonly Way[],
): PopulationRecovery {
  const began = fault.injected as number;
  const healed = fault.healed ?? NEVER;
  const struck = requests.filter(
    request =>
      request.sent >= began &&
      request.sent < healed &&
      (succeeded(request) || blamed(ways, request) === fault),
  );
  const errors = struck.filter(request => !succeeded(request));
  const lastError = errors.at(-1);
  const bounds = drill.bounds.phases(fault.targets, population);
  const measured =
    withdrawal && struck.length > 0 ? phasesOf(began, struck, addresses, withdrawal) : undefined;
  // The bound of detection presumes checks that all fail; a fault that lets some pass may take longer, or for ever.
  const bound = (phase: Phase) => (phase === 'detect' && measured && !certain ? null : bounds[phase]);
  const overBy = (until: number) =>
    struck.length > 0 && (lastError === undefined || isOver(lastError, struck, requests, until));
  const hidden = nextMet(ways, lastError?.sent ?? began);
  const ended = overBy(hidden) || (struck.length > 0 && hidden === NEVER ? false : null);
  return {
    fault: fault.name,
    ended,
    rto: ended ? (lastError?.at ?? began) - began : null,
    withstood: overBy(fault.heal ?? NEVER),
    bound: sum(bounds),
    phases: phaseRecord(phase => ({ ms: measured?.[phase] ?? null, bound: bound(phase) })),
    requests: struck.length,
    errors: errors.length,
    ...(lastError && { lastError }),
  };
}

/** When the next fault that clients can meet takes effect: from then on, successes say nothing of this one. */
function nextMet(ways: readonly Way[], after: number): number {
  const next = ways.find(way => (way.fault.injected as number) > after && meetsClients(way));
  return next?.fault.injected ?? NEVER;
}

export function phaseRecord<T>(value: (phase: Phase) => T): Record<Phase, T> {
  return Object.fromEntries(PHASES.map(phase => [phase, value(phase)])) as Record<Phase, T>;
}

/**
 * Whether the successes between the last error and `until` show that errors are over: had they gone on at the rate
 * until then, so many successes would have been a chance of less than 1 in 100. One is enough after a total outage; a
 * fault that fails every fifth request needs 21. What fails in between is another fault's, or came after the healing.
 */
function isOver(
  lastError: RequestEvent,
  struck: readonly RequestEvent[],
  requests: readonly RequestEvent[],
  until: number,
): boolean {
  // The last to end may have been sent before another.
  let lastSent = lastError.sent;
  for (const request of struck) if (!succeeded(request)) lastSent = Math.max(lastSent, request.sent);
  let before = 0;
  let errors = 0;
  for (const request of struck) {
    if (request.sent > lastSent) continue;
    before++;
    if (!succeeded(request)) errors++;
  }
  const wanted = errors === before ? 1 : Math.log(DOUBT) / Math.log1p(-errors / before);
  let successes = 0;
  for (const request of requests) {
    if (request.sent <= lastSent || request.sent >= until) continue;
    if (succeeded(request) && ++successes >= wanted) return true;
  }
  return false;
}

/** The first publication after the fault without its addresses, and what led to it. */
function withdrawalOf(drill: DrillRecord, fault: FaultLife): Withdrawal | undefined {
  const began = fault.injected as number;
  const healed = fault.healed ?? NEVER;
  const struck = drill.bounds.addressesOf(fault.targets);
  const holds = ({ addresses }: { addresses: readonly string[] }) =>
    addresses.some(address => struck.has(address));
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
  const again = publications.find(each => drill.precedes(publish, each) && holds(each));
  const old: 1[] = [];
  for (const answer of drill.answers) if (holds(answer)) old[answer.id] = 1;
  return { health: change, route, publish, until: Math.min(healed, again?.at ?? healed), old };
}

function sameAnswer(route: RouteEvent, publish: PublishEvent): boolean {
  return (
    route.strategy === publish.strategy &&
    route.set === publish.set &&
    route.addresses.length === publish.addresses.length &&
    route.addresses.every(address => publish.addresses.includes(address))
  );
}

/** Whether no check of the fault's addresses passed from the fault on, those apart that were under way. */
function failedEveryCheck(drill: DrillRecord, fault: FaultLife): boolean {
  const from = (fault.injected as number) + drill.bounds.checkTimeout;
  const until = fault.heal ?? NEVER;
  const struck = drill.bounds.addressesOf(fault.targets);
  return !drill.probes.some(({ at, ok, address }) => ok && at > from && at < until && struck.has(address));
}

function phasesOf(
  began: number,
  struck: readonly RequestEvent[],
  addresses: ReadonlySet<string>,
  { health, route, publish, until, old }: Withdrawal,
): Record<Phase, number> {
  let looked = publish.at;
  let connected = publish.at;
  let failed = publish.at;
  for (const request of struck) {
    if (request.sent >= until || old[request.answer] !== 1) continue;
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
