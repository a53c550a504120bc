import type { Phase } from '../verdict.ts';

/*
 * What fills messages, where it is more than a name or a figure. Lengths of time are milliseconds; moments come as
 * they are written everywhere, `T+01:40.0`.
 */

/** A stretch of drill: the fields of `windowed` and `populations`. */
export interface When {
  readonly when: string;
  readonly settle: number | 'bound';
  readonly populations?: readonly string[] | undefined;
}

/** A page of web-demo, or what must be on it; null: another page. */
export type Page = { readonly env: string; readonly config: string } | null;

/** How a population's recovery compares with its limit. */
export type Recovered =
  | { readonly of: string; readonly was: 'silent'; readonly fault?: string }
  | { readonly of: string; readonly was: 'unbounded' }
  | { readonly of: string; readonly was: 'unseen'; readonly fault: string }
  | {
      readonly of: string;
      readonly was: 'lasting';
      readonly fault: string;
      readonly atLeast: number;
      readonly most: number;
    }
  /** `rto` null: not known, but `atLeast`. */
  | {
      readonly of: string;
      readonly was: 'measured';
      readonly rto: number | null;
      readonly atLeast: number;
      readonly most: number;
    };

/** A phase that took longer than it may. */
export interface Overrun {
  readonly phase: Phase;
  readonly of: string;
  readonly fault: string;
  readonly ms: number;
  readonly bound: number;
}

/** Where requests went, and how much that says. */
export interface Observed {
  /** Null: to none of the centres. */
  readonly shares: readonly {
    readonly name: string | null;
    readonly observed: number;
    readonly from: number;
    readonly until: number;
  }[];
  readonly requests: number;
  readonly effective: number;
  readonly alpha: number;
  readonly power: number;
}
