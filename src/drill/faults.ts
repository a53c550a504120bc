import type { FaultEvent } from '../runtime/journal.ts';

/** A fault's life in the journal; a time is absent when the step was not reached. */
export interface FaultLife {
  readonly name: string;
  readonly targets: readonly string[];
  readonly inject: number;
  /** When it was in force on every target. */
  injected?: number;
  heal?: number;
  healed?: number;
}

/** The faults in the order of their injection. */
export function faultLives(events: readonly FaultEvent[]): FaultLife[] {
  const lives = new Map<string, FaultLife>();
  for (const { name, step, at, since, targets } of events) {
    if (step === 'inject' && !lives.has(name)) lives.set(name, { name, targets, inject: at });
    const life = lives.get(name);
    if (life === undefined) continue;
    if (step === 'injected') life.injected ??= since ?? at;
    if (step === 'heal') life.heal ??= at;
    if (step === 'healed') life.healed ??= at;
  }
  return [...lives.values()];
}

/** The faults that a scenario means by `name`: the one so named, or the repetitions `name.1`, `name.2`, … of one. */
export function faultsNamed(faults: readonly FaultLife[], name: string): readonly FaultLife[] {
  const prefix = `${name}.`;
  return faults.filter(
    fault =>
      fault.name === name || (fault.name.startsWith(prefix) && /^\d+$/.test(fault.name.slice(prefix.length))),
  );
}

/** The fault in force at a moment that was injected last: the one that an error of then is put down to. */
export function faultAt(faults: readonly FaultLife[], at: number): FaultLife | undefined {
  let latest: FaultLife | undefined;
  for (const fault of faults) {
    const { injected, healed } = fault;
    if (injected === undefined || injected > at || (healed !== undefined && healed <= at)) continue;
    if (latest === undefined || injected >= (latest.injected as number)) latest = fault;
  }
  return latest;
}
