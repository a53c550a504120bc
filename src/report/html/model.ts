import type { Period, Phase, Recovery, Result } from '../../judge/verdict.ts';

/**
 * What `report.html` draws: a journal reduced to a page's size, as plain JSON. Times are milliseconds of the
 * timeline: 0 is its begin, what came before is negative. Names of centres, populations, address lists and outcomes
 * stand once, in a list; elsewhere their index stands for them, and -1 for none.
 */
export interface ReportModel {
  readonly scenario: string;
  readonly proves: string;
  readonly lab: string;
  readonly seed: number;
  readonly version: string;
  readonly timeScale: number;
  /** The command that runs the drill again. */
  readonly replay: string;
  readonly verdict: Result;
  /** Why the journal ends; null while it goes on, or when it was cut short. */
  readonly ended: { readonly reason: string; readonly detail: string } | null;
  /** Of the time axis: from the deployment, or the timeline's begin, to the last event. */
  readonly from: number;
  readonly until: number;
  /** Events of the journal, whatever the page keeps of them. */
  readonly events: number;
  /** Between the GTM's pool sets. */
  readonly switches: number;
  readonly cities: readonly { readonly name: string; readonly centres: readonly number[] }[];
  readonly centres: readonly CentreModel[];
  readonly populations: readonly PopulationModel[];
  /** Of recoveries, in their order. */
  readonly phases: readonly PhaseModel[];
  readonly faults: readonly FaultModel[];
  readonly bins: Bins;
  readonly lanes: readonly Lane[];
  readonly votes: readonly Votes[];
  readonly answers: Answers;
  readonly requests: Requests;
  readonly outcomes: readonly string[];
  /** Lists of addresses as names of centres; an address of no centre as it is. */
  readonly lists: readonly string[];
  readonly expectations: readonly ExpectationModel[];
  /** Of the verdict, with times of the timeline. */
  readonly periods: readonly Period<Texts>[];
  readonly moments: readonly Moment[];
  /** The scenario as the journal's first line holds it, indented JSON. */
  readonly configuration: string;
}

/** What is said of the drill, in each language of the page. */
export type Texts = Readonly<Record<'en' | 'zh', string>>;

export interface CentreModel {
  readonly name: string;
  readonly address: string;
}

export interface PhaseModel {
  readonly name: Phase;
  readonly says: Texts;
}

export interface PopulationModel {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly recoveries: readonly Recovery[];
  /** How its caches behave, by setting; durations in ms. */
  readonly habits: Habits;
}

export interface Habits {
  readonly clients: number;
  readonly resolvers: number;
  readonly minTtl: number | null;
  readonly serveStale: number | null;
  /** The client's own cache; -1 for ever, 0 none. */
  readonly cache: number;
  /** Age up to which a connection is kept; -1 for ever, 0 not at all. */
  readonly keepAlive: number;
}

export interface FaultModel {
  readonly name: string;
  readonly fault: string;
  readonly targets: readonly string[];
  readonly inject: number;
  readonly injected: number | null;
  readonly heal: number | null;
  readonly healed: number | null;
}

/**
 * Requests counted in bins of equal width by when they were sent, as verdicts count them. The first begins at `from`, a
 * multiple of the width.
 */
export interface Bins {
  readonly from: number;
  readonly width: number;
  readonly count: number;
  /** By centre, then those that went to none; by bin. */
  readonly requests: readonly (readonly number[])[];
  readonly errors: readonly (readonly number[])[];
  /** By population; by bin. */
  readonly populationRequests: readonly (readonly number[])[];
  readonly populationErrors: readonly (readonly number[])[];
  /** Of successful requests, ms from sending to the answer's end; null in a bin without. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  /** Answers that resolvers got: by `lists` and one more for the rest; by bin. */
  readonly answers: readonly { readonly list: number; readonly counts: readonly number[] }[];
}

/** What one thing was, over time. */
export interface Lane {
  readonly kind: 'set' | 'health' | 'pods' | 'workflow' | 'step';
  /** The centre, the step, or the application. */
  readonly subject: string;
  /** When, which state, and what a reader may want besides; in order. */
  readonly changes: readonly (readonly [at: number, state: string, detail: string])[];
}

/** One vantage point's checks of one address, those with the same result in a row as one run. */
export interface Votes {
  readonly centre: string;
  readonly vantage: string;
  /** First and last check of the run, how many, whether they passed, and the result. */
  readonly runs: readonly (readonly [
    from: number,
    until: number,
    checks: number,
    ok: 0 | 1,
    result: string,
  ])[];
}

/** The answers that the requests of the page refer to, by column. */
export interface Answers {
  readonly total: number;
  readonly id: readonly number[];
  readonly at: readonly number[];
  readonly resolver: readonly string[];
  readonly list: readonly number[];
  /** Seconds. */
  readonly ttl: readonly number[];
  /** Empty without a failure. */
  readonly failure: readonly string[];
}

/** Requests by column: all of them, or a choice (`samples.ts` says which) of `total`. */
export interface Requests {
  readonly total: number;
  /** Line of journal.ndjson, from 1. */
  readonly line: readonly number[];
  readonly sent: readonly number[];
  /** From sending to the end. */
  readonly took: readonly number[];
  /** How long before sending the name was looked up, and the connection opened; negative: after. */
  readonly looked: readonly number[];
  readonly connected: readonly number[];
  readonly population: readonly number[];
  readonly client: readonly number[];
  readonly answer: readonly number[];
  readonly centre: readonly number[];
  readonly outcome: readonly number[];
  readonly ok: readonly (0 | 1)[];
}

export interface ExpectationModel {
  readonly name: string;
  readonly says: Texts;
  readonly result: Result;
  readonly text: Texts;
  readonly from: number | null;
  readonly until: number | null;
  /** Lines of the journal and when they were written. */
  readonly lines: readonly (readonly [line: number, at: number])[];
}

/** Something that a reader of the drill's story is told; the page has the words, these fill them. */
export interface Moment {
  readonly at: number;
  readonly what: string;
  readonly words: readonly string[];
}
