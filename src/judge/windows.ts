import * as z from 'zod';
import { faultKinds } from '../faults/index.ts';
import { duration } from '../runtime/yaml.ts';
import { type FaultLife, faultsNamed } from './faults.ts';
import type { Statement } from './language/statement.ts';

/** A stretch of drill time, half-open. A request belongs to it that was sent in it. */
export interface Window {
  readonly from: number;
  readonly until: number;
  /** A fault strikes at its end: a request that is under way then belongs to it no more. */
  readonly struck?: true;
}

/** Why something cannot be said. */
export class Unknown {
  readonly why: Statement;
  constructor(...why: Statement) {
    this.why = why;
  }
}

const WHEN = /^(?:always|(?:before|during|after) ([a-z0-9][-a-z0-9.]*))$/;

/** A duration, or `bound`: the time that the configuration implies at most. */
export const limit = z.union([z.literal('bound'), duration], {
  error: 'expected a duration such as 90s, or "bound"',
});
export type Limit = number | 'bound';

/** The fields of every expectation that looks at a stretch of the drill. */
export const windowed = {
  /** `always`, or `before`, `during`, `after` and the name of a fault of the timeline. */
  when: z
    .string()
    .regex(WHEN, 'must be "always", or "before", "during" or "after" and the name of a fault')
    .default('always'),
  /** The window starts this much later: what happens meanwhile is not judged. */
  settle: limit.default(0),
};

/** The populations whose requests count; all by default. */
export const populations = { populations: z.array(z.string()).min(1).optional() };

export interface Windowed {
  readonly when: string;
  readonly settle: Limit;
  readonly populations?: readonly string[] | undefined;
}

/** The fault's name in `during outage`; undefined for `always`. */
export function faultOfWhen(when: string): string | undefined {
  return WHEN.exec(when)?.[1];
}

/** What windows are made of. */
export interface Course {
  /** When clients began to ask. */
  readonly begins: number | undefined;
  /** When the timeline was over, in a drill that ended by itself. */
  readonly ends: number | undefined;
  readonly faults: readonly FaultLife[];
}

/**
 * The window that `when` names:
 *
 * - `always`: the timeline;
 * - `before F`: until the injection of F begins; what a client has not been answered by then may be F's victim;
 * - `during F`: from when F is in force until its healing begins, or to the end;
 * - `after F`: from when F is healed to the end.
 *
 * A momentary fault is in force until the next one strikes a centre or the name servers, and its `after` begins as soon as
 * it has struck. Of a repeated fault, the first injection and the last healing count.
 */
export function windowOf(when: string, { begins, ends, faults }: Course): Window | Unknown {
  if (begins === undefined) return new Unknown('neverBegan');
  if (ends === undefined) return new Unknown('neverEnded');
  // The last moment belongs to the drill.
  const end = ends + 1;
  if (when === 'always') return { from: begins, until: end };
  const name = faultOfWhen(when);
  // A journal may have faults with names that no scenario can have.
  if (name === undefined) return new Unknown('noSuchWindow', when);
  const named = faultsNamed(faults, name);
  const [first] = named;
  if (first !== undefined && when.startsWith('before'))
    return { from: begins, until: first.inject, struck: true };
  if (first?.injected === undefined) return new Unknown('noEffect', name);
  if (when.startsWith('during'))
    return {
      from: first.injected,
      until: (first.momentary ? nextStrike(faults, named) : lastOf(named, 'heal')) ?? end,
    };
  const healed = lastOf(named, first.momentary ? 'injected' : 'healed');
  return healed === undefined ? new Unknown('neverHealed', name) : { from: healed, until: end };
}

/** When the next fault strikes a centre or the name servers: with momentary ones, that is how long one can be seen alone. */
function nextStrike(faults: readonly FaultLife[], after: readonly FaultLife[]): number | undefined {
  const last = after.at(-1)?.inject ?? 0;
  return faults.find(({ fault, inject }) => inject > last && !strikesBeside(fault))?.inject;
}

function strikesBeside(fault: string): boolean {
  const strikes = faultKinds.get(fault)?.strikes;
  return strikes === 'hub' || strikes === 'vantage points';
}

/** When the last of the faults reached the step; undefined when one did not. */
function lastOf(faults: readonly FaultLife[], step: 'injected' | 'heal' | 'healed'): number | undefined {
  let last: number | undefined;
  for (const fault of faults) {
    const at = fault[step];
    if (at === undefined) return undefined;
    last = Math.max(last ?? at, at);
  }
  return last;
}
