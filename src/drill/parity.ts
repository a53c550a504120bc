import type { JournalEvent } from '../runtime/journal.ts';
import { rankTest } from './rank-test.ts';
import { PHASES, type Phase, type Recovery, type Result, type Verdict } from './verdict.ts';

/** One run of a drill, on either lab. */
export interface ParityRun {
  readonly events: readonly JournalEvent[];
  readonly verdict: Verdict;
}

/** Milliseconds of a phase over several runs. */
export interface Spread {
  readonly runs: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface ParityRow {
  readonly fault: string;
  readonly population: string;
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
  return { rows, lateness, result: worst(rows.map(({ result }) => result)) };
}

interface Measured {
  readonly fault: string;
  readonly population: string;
  readonly phase: Phase | 'rto';
  readonly bound: number | null;
  readonly real: readonly number[];
  readonly simulated: readonly number[];
}

/** The populations of the runs, faults in the timeline's order, the RTO before its phases. */
function rowsOf(real: readonly ParityRun[], simulated: readonly ParityRun[]): Measured[] {
  const [first] = [...simulated, ...real];
  if (first === undefined) return [];
  return first.verdict.populations.flatMap(({ name: population, recoveries }) =>
    recoveries.flatMap(({ fault }) =>
      (['rto', ...PHASES] as const).flatMap(phase => {
        const times = (runs: readonly ParityRun[]) =>
          runs.flatMap(run => timesOf(run, population, fault, phase));
        const [onReal, inSimulation] = [times(real), times(simulated)];
        if (onReal.length + inSimulation.length === 0) return [];
        return [
          {
            fault,
            population,
            phase,
            bound: inSimulation[0]?.bound ?? onReal[0]?.bound ?? null,
            real: onReal.map(({ ms }) => ms),
            simulated: inSimulation.map(({ ms }) => ms),
          },
        ];
      }),
    ),
  );
}

function timesOf(
  { verdict }: ParityRun,
  population: string,
  fault: string,
  phase: Phase | 'rto',
): { ms: number; bound: number | null }[] {
  const own = verdict.populations.find(({ name }) => name === population);
  const recovery = own?.recoveries.find(each => each.fault === fault);
  const time = recovery && timeOf(recovery, phase);
  return time === undefined || time.ms === null ? [] : [{ ms: time.ms, bound: time.bound }];
}

const timeOf = (recovery: Recovery, phase: Phase | 'rto') =>
  phase === 'rto' ? { ms: recovery.rto, bound: recovery.bound } : recovery.phases[phase];

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

/** Nothing compared is unknown. */
function worst(results: readonly Result[]): Result {
  if (results.includes('violated')) return 'violated';
  return results.length === 0 || results.includes('unknown') ? 'unknown' : 'held';
}
