import { faultKinds } from '../faults/index.ts';
import type { FaultEvent, RequestEvent } from '../runtime/journal.ts';

/** A fault's life in the journal; a time is absent when the step was not reached. */
export interface FaultLife {
  readonly name: string;
  readonly targets: readonly string[];
  readonly inject: number;
  /** When it was in force on every target. */
  injected?: number;
  heal?: number;
  healed?: number;
  /**
   * It struck and passed, and what it left behind is the system's to put right: its life ends when the next fault
   * strikes that clients can meet, whose effects cannot be told from its own.
   */
  readonly momentary?: true;
}

/** The faults in the order of their injection. */
export function faultLives(events: readonly FaultEvent[]): FaultLife[] {
  const lives = new Map<string, FaultLife>();
  for (const { name, fault, step, at, since, targets } of events) {
    const kind = faultKinds.get(fault);
    if (step === 'inject' && !lives.has(name)) {
      if (kind === undefined || kind.strikes === 'centres' || kind.strikes === 'gtm')
        for (const life of lives.values()) if (life.momentary) endLife(life, at);
      lives.set(name, { name, targets, inject: at, ...(kind?.momentary && { momentary: true }) });
    }
    const life = lives.get(name);
    if (life === undefined) continue;
    if (step === 'injected') life.injected ??= since ?? at;
    if (life.momentary) continue;
    if (step === 'heal') life.heal ??= at;
    if (step === 'healed') life.healed ??= at;
  }
  return [...lives.values()];
}

function endLife(life: FaultLife, at: number): void {
  life.heal ??= at;
  life.healed ??= at;
}

/** The faults that a scenario means by `name`: the one so named, or the repetitions `name.1`, `name.2`, … of one. */
export function faultsNamed(faults: readonly FaultLife[], name: string): readonly FaultLife[] {
  const prefix = `${name}.`;
  return faults.filter(
    fault =>
      fault.name === name || (fault.name.startsWith(prefix) && /^\d+$/.test(fault.name.slice(prefix.length))),
  );
}

/** A fault and what clients reach it by: its centres' addresses, or the GTM's names. */
export interface Reach {
  readonly fault: FaultLife;
  readonly addresses: ReadonlySet<string>;
  readonly names: boolean;
}

/**
 * The fault that a request's failure is put down to, of those that were in force while it was under way: one that
 * strikes where it went rather than one that strikes elsewhere, and that rather than one that no client can meet (on
 * the hub, on vantage points); of several, the one injected last.
 */
export function blamed(
  reaches: readonly Reach[],
  request: Pick<RequestEvent, 'sent' | 'at' | 'address' | 'failure'>,
): FaultLife | undefined {
  let best: Reach | undefined;
  for (const reach of reaches) {
    const { inject, healed } = reach.fault;
    if (inject > request.at) continue;
    if (healed !== undefined && healed <= request.sent) continue;
    if (best === undefined || comesBefore(reach, best, request)) best = reach;
  }
  return best?.fault;
}

function comesBefore(one: Reach, other: Reach, request: Pick<RequestEvent, 'address' | 'failure'>): boolean {
  const nearer = nearness(one, request) - nearness(other, request);
  return nearer === 0 ? one.fault.inject >= other.fault.inject : nearer > 0;
}

function nearness(reach: Reach, { address, failure }: Pick<RequestEvent, 'address' | 'failure'>): number {
  if (address === undefined ? reach.names && failure === 'dns' : reach.addresses.has(address)) return 2;
  return meetsClients(reach) ? 1 : 0;
}

/** Whether a client can meet the fault at all. */
export function meetsClients({ addresses, names }: Reach): boolean {
  return addresses.size > 0 || names;
}
