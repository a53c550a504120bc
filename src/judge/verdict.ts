/**
 * What a drill's journal says: the shape of `verdict.json`. Times are milliseconds of drill time. `Text` is what a
 * text for people is: a string in verdict.json, a statement until it is told in a language.
 */

export type Result = 'held' | 'violated' | 'unknown';

/** Violated if anything is; else unknown if anything is, or if there is nothing; else held. */
export function overall(results: readonly { readonly result: Result }[]): Result {
  if (results.some(({ result }) => result === 'violated')) return 'violated';
  return results.length > 0 && results.every(({ result }) => result === 'held') ? 'held' : 'unknown';
}

/** What shows a result: enough for a reader to find it in the journal again. */
export interface Evidence<Text = string> {
  /** One or two sentences with the figures, for people. */
  readonly text: Text;
  readonly from?: number;
  readonly until?: number;
  /** The figures of `text` as data. */
  readonly figures?: Readonly<Record<string, number | string>>;
  /** Lines of journal.ndjson (from 1) that show it, at most 20. */
  readonly lines?: readonly number[];
}

export interface ExpectationResult<Text = string> {
  /** The expectation as the scenario names it (`split`, `rto-below`, …). */
  readonly name: string;
  /** The expectation's own words and window, on one line. */
  readonly says: Text;
  readonly result: Result;
  readonly evidence: Evidence<Text>;
}

export const PHASES = ['detect', 'decide', 'publish', 'resolver', 'client', 'connection'] as const;
export type Phase = (typeof PHASES)[number];

export interface PhaseTime {
  /** Null: not reached, or nothing to measure. */
  readonly ms: number | null;
  /** What the configuration implies at most; null: no bound. */
  readonly bound: number | null;
}

/** The recovery of one population from one fault. */
export interface Recovery {
  readonly fault: string;
  /** Whether errors ended; null where that was not to be seen: nobody asked, or other faults hid it. */
  readonly ended: boolean | null;
  /** From the fault's taking effect to the last error that it may have made; 0 without; null unless errors ended. */
  readonly rto: number | null;
  /** The same to the last error that no other fault may have made: less than `rto` where faults overlap. */
  readonly atLeast: number;
  /** The sum of the phases' bounds; null: none. */
  readonly bound: number | null;
  readonly phases: Readonly<Record<Phase, PhaseTime>>;
}

export interface PopulationResult {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  /** Of the first fault that made errors, else of the first fault; null also when there was no fault. */
  readonly rto: number | null;
  readonly phases: Readonly<Record<Phase, PhaseTime>>;
  /** Every fault's recovery, in the order of the timeline. */
  readonly recoveries: readonly Recovery[];
}

/** A stretch of the timeline between fault edges, for the table of shares. */
export interface Period<Text = string> {
  readonly name: Text;
  readonly from: number;
  readonly until: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests and share of all requests per centre, by the address that was dialled. */
  readonly centres: Readonly<Record<string, { readonly requests: number; readonly share: number }>>;
}

export interface Verdict<Text = string> {
  readonly verdict: Result;
  readonly scenario: string;
  readonly lab: string;
  readonly seed: number;
  readonly proves: string;
  readonly expectations: readonly ExpectationResult<Text>[];
  readonly populations: readonly PopulationResult[];
  /** Share of successful requests per centre before the first fault. */
  readonly split: Readonly<Record<string, number>>;
  readonly periods: readonly Period<Text>[];
}
