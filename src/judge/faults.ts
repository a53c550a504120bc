import { faultKinds } from '../faults/index.ts';
import type { FaultEvent } from '../runtime/journal.ts';

/** The time of what does not come. */
export const NEVER = Number.POSITIVE_INFINITY;

/** A fault's life in the journal; a time is absent when the step was not reached. */
export interface FaultLife {
  readonly name: string;
  /** Its kind. */
  readonly fault: string;
  readonly targets: readonly string[];
  readonly inject: number;
  /** When it was in force on every target. */
  injected?: number;
  heal?: number;
  healed?: number;
  /** It struck and passed, and is never healed: what it left behind is the system's to put right. */
  readonly momentary?: true;
  /** Of a momentary one: nothing stays changed. */
  readonly leavesNothing?: true;
}

/** The faults in the order of their injection. */
export function faultLives(events: readonly FaultEvent[]): FaultLife[] {
  const lives = new Map<string, FaultLife>();
  for (const { name, fault, step, at, since, targets } of events) {
    const kind = faultKinds.get(fault);
    if (step === 'inject' && !lives.has(name)) {
      lives.set(name, {
        name,
        fault,
        targets,
        inject: at,
        ...(kind?.momentary && { momentary: true }),
        ...(kind?.leavesNothing && { leavesNothing: true }),
      });
    }
    const life = lives.get(name);
    if (life === undefined) continue;
    if (step === 'injected') life.injected ??= since ?? at;
    if (life.momentary) continue;
    if (step === 'heal') life.heal ??= at;
    if (step !== 'healed') continue;
    life.healed ??= at;
    // It was in force no longer than that, whenever its healing began.
    life.heal ??= at;
  }
  return [...lives.values()];
}

/** What a scenario calls a fault and all its repetitions, `name.1`, `name.2`, … */
export function unnumbered({ name }: Pick<FaultLife, 'name'>): string {
  return name.replace(/\.\d+$/, '');
}

/** The faults that a scenario means by `name`: the one so named, or the repetitions of one. */
export function faultsNamed(faults: readonly FaultLife[], name: string): readonly FaultLife[] {
  return faults.filter(fault => fault.name === name || unnumbered(fault) === name);
}
