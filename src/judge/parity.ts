import type { JournalEvent } from '../runtime/journal.ts';
import { rankTest } from './rank-test.ts';
import { overall, type Phase, type Result, type Verdict } from './verdict.ts';

/** One run of a drill, on either lab. */
export interface ParityRun {
  readonly events: readonly JournalEvent[];
  readonly verdict: Verdict;
}

/** Milliseconds of a phase over several runs; infinite where a run never recovered. */
export interface Spread {
  readonly runs: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface ParityRow {
  readonly fault: string;
  /** A population, or `GTM`. */
  readonly of: string;
  readonly phase: Phase | 'rto';
  readonly bound: number | null;
  /** Undefined: no run of that lab measured it. */
  readonly real: Spread | undefined;
  readonly simulated: Spread | undefined;
  /** Whether the simulated median lies between the least and the most that was measured on real parts. */
  readonly within: boolean;
  /** The chance of samples this different, were both labs alike; undefined when one lab measured nothing. */
  readonly chance: number | undefined;
  /** Unknown: one lab alone measured it, or too few real runs to tell. */
  readonly result: Result;
}

export interface Parity {
  readonly rows: readonly ParityRow[];
  /** By how many milliseconds, at most, the real runs' timers were late. Less cannot be told apart. */
  readonly lateness: number;
  readonly result: Result;
}

/** The chance to call two equal labs different, over all rows together. */
const DOUBT = 0.01;

/**
 * Holds each phase of each recovery on real parts against the same in the simulated lab. A row is held when the
 * simulated median lies within the spread of the real runs, when both medians are as near as real timers are late, or
 * when an exact rank test cannot tell the samples apart; it is violated when the test can.
 */
export function parityOf(real: readonly ParityRun[], simulated: readonly ParityRun[]): Parity {
  const lateness = Math.max(0, ...real.map(({ events }) => latenessOf(events)));
  const measured = rowsOf(real, simulated);
  const doubt = DOUBT / Math.max(1, measured.length);
  const rows = measured.map(row => judged(row, lateness, doubt));
  return { rows, lateness, result: overall(rows) };
}

interface Measured {
  readonly fault: string;
  readonly of: string;
  readonly phase: Phase | 'rto';
  readonly bound: number | null;
  readonly real: readonly number[];
  readonly simulated: readonly number[];
}

/** The GTM does these for every population alike. */
const OF_GTM = ['detect', 'decide', 'publish'] as const;
const OF_POPULATION = ['rto', 'resolver', 'client', 'connection'] as const;

/** By fault, in the timeline's order: the GTM's phases, then each population's RTO and phases. */
function rowsOf(real: readonly ParityRun[], simulated: readonly ParityRun[]): Measured[] {
  const populations = [...simulated, ...real][0]?.verdict.populations ?? [];
  const names = populations.map(({ name }) => name);
  const faults = new Set(populations.flatMap(({ recoveries }) => recoveries.map(({ fault }) => fault)));
  return [...faults].flatMap(fault => {
    const row = (of: string, whose: readonly string[], phase: Phase | 'rto'): Measured[] => {
      const times = (runs: readonly ParityRun[]) =>
        runs.flatMap(run => timeOf(run, whose, fault, phase) ?? []);
      const [onReal, inSimulation] = [times(real), times(simulated)];
      const [first] = [...inSimulation, ...onReal];
      if (first === undefined) return [];
      const [reals, simulateds] = [onReal, inSimulation].map(all => all.map(({ ms }) => ms));
      return [{ fault, of, phase, bound: first.bound, real: reals ?? [], simulated: simulateds ?? [] }];
    };
    return [
      ...OF_GTM.flatMap(phase => row('GTM', names, phase)),
      ...names.flatMap(name => OF_POPULATION.flatMap(phase => row(name, [name], phase))),
    ];
  });
}

/** The first that one of the populations measured; who never recovered took for ever. */
function timeOf(
  { verdict }: ParityRun,
  populations: readonly string[],
  fault: string,
  phase: Phase | 'rto',
): { ms: number; bound: number | null } | undefined {
  for (const { name, recoveries } of verdict.populations) {
    const recovery = recoveries.find(each => each.fault === fault);
    if (recovery === undefined || !populations.includes(name)) continue;
    const { ended, rto } = recovery;
    if (phase === 'rto' && ended === null) continue;
    if (phase === 'rto') return { ms: rto ?? Number.POSITIVE_INFINITY, bound: recovery.bound };
    const { ms, bound } = recovery.phases[phase];
    if (ms !== null) return { ms, bound };
  }
  return undefined;
}

function judged({ real, simulated, ...row }: Measured, lateness: number, doubt: number): ParityRow {
  const [onReal, inSimulation] = [spreadOf(real), spreadOf(simulated)];
  const of = { ...row, real: onReal, simulated: inSimulation };
  if (onReal === undefined || inSimulation === undefined)
    return { ...of, within: false, chance: undefined, result: 'unknown' };
  const { median } = inSimulation;
  const within = median >= onReal.least && median <= onReal.most;
  const chance = rankTest(real, simulated);
  const near = Math.abs(median - onReal.median) <= lateness;
  if (within || near) return { ...of, within, chance, result: 'held' };
  if (chance < doubt) return { ...of, within, chance, result: 'violated' };
  // So few runs could not have shown a difference, however large.
  const told =
    rankTest(
      real.map(() => 0),
      simulated.map(() => 1),
    ) < doubt;
  return { ...of, within, chance, result: told ? 'held' : 'unknown' };
}

function spreadOf(times: readonly number[]): Spread | undefined {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (index: number) => sorted[index] as number;
  if (sorted.length === 0) return undefined;
  const middle = (sorted.length - 1) / 2;
  return {
    runs: sorted.length,
    least: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    most: at(sorted.length - 1),
  };
}

function latenessOf(events: readonly JournalEvent[]): number {
  const last = events.at(-1);
  return (last?.kind === 'end' ? last.lateness : undefined) ?? 0;
}
