import type * as z from 'zod';
import type { JournalEvent } from '../../runtime/journal.ts';
import type { Statement } from '../language/statement.ts';
import type { DrillRecord } from '../record.ts';
import type { Evidence, Result } from '../verdict.ts';
import { Unknown, type Window, type Windowed } from '../windows.ts';

export interface Judgement {
  readonly result: Result;
  readonly evidence: Evidence<Statement>;
}

/** Something that must hold in a drill: a pure function of its journal. */
export interface Expectation<P = unknown> {
  readonly name: string;
  /** The fields that a scenario gives; what comes out goes through it again unchanged. */
  readonly schema: z.ZodType<P>;
  /** What must hold and when, in one line. */
  says(params: P): Statement;
  judge(params: P, drill: DrillRecord): Judgement;
}

/** Lets an expectation be written with its own parameter type and kept in one list. */
export function expectation<P>(one: Expectation<P>): Expectation {
  return { ...one, schema: one.schema.superRefine(settlesAfterFault) } as unknown as Expectation;
}

/** Only what a fault has upset settles within a bound. */
function settlesAfterFault(params: unknown, context: z.RefinementCtx): void {
  const { when = '', settle } = params as Partial<Windowed>;
  if (settle !== 'bound' || /^(during|after) /.test(when)) return;
  const message = 'a bound has a meaning only with `when: during` or `after` a fault; here, write a duration';
  context.addIssue({ code: 'custom', path: ['settle'], message });
}

/** Evidence beside the text: `events` become the lines of the journal that show it. */
export interface Shown extends Omit<Evidence, 'text' | 'lines'> {
  readonly events?: readonly JournalEvent[];
}

/** An expectation's findings on one drill, as judgements. */
export class Findings {
  readonly #drill: DrillRecord;
  readonly #window: Window | undefined;

  constructor(drill: DrillRecord, window?: Window) {
    this.#drill = drill;
    this.#window = window;
  }

  held(text: Statement, shown?: Shown): Judgement {
    return this.#judgement('held', text, shown);
  }

  violated(text: Statement, shown?: Shown): Judgement {
    return this.#judgement('violated', text, shown);
  }

  unknown(text: Statement, shown?: Shown): Judgement {
    return this.#judgement('unknown', text, shown);
  }

  #judgement(result: Result, text: Statement, { events, ...shown }: Shown = {}): Judgement {
    const lines = events && events.length > 0 ? { lines: this.#drill.linesOf(events) } : {};
    return { result, evidence: { text, ...this.#stretch(), ...shown, ...lines } };
  }

  #stretch(): { from?: number; until?: number } {
    if (this.#window === undefined) return {};
    const { from, until } = this.#window;
    return { from, until: Math.min(until, this.#drill.ends ?? until) };
  }
}

/** Judges what happened in the expectation's window; unknown when there is no such window. */
export function inWindow<P extends Windowed>(
  judge: (params: P, drill: DrillRecord, window: Window, findings: Findings) => Judgement,
): (params: P, drill: DrillRecord) => Judgement {
  return (params, drill) => {
    const window = drill.window(params);
    if (window instanceof Unknown) return new Findings(drill).unknown(window.why);
    return judge(params, drill, window, new Findings(drill, window));
  };
}

/** The events of a window, in the order of the journal. */
export function eventsIn<E extends JournalEvent>(events: readonly E[], { from, until }: Window): E[] {
  return events.filter(({ at }) => at >= from && at < until);
}
