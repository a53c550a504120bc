import { type JournalEvent, succeeded } from '../runtime/journal.ts';
import type { Expectation } from './expectations/expectation.ts';
import { expectations } from './expectations/index.ts';
import { english } from './language/english.ts';
import { inWords, reworded, type Statement } from './language/statement.ts';
import { unobserved } from './observed.ts';
import { periodsOf, shareOf } from './periods.ts';
import { phasesWithinBounds } from './phases-within-bounds.ts';
import { DrillRecord } from './record.ts';
import { type PopulationRecovery, phaseRecord, recoveriesOf } from './recovery.ts';
import type { Settings } from './settings.ts';
import { Tally } from './tally.ts';
import {
  type ExpectationResult,
  overall,
  type PopulationResult,
  type Recovery,
  type Verdict,
} from './verdict.ts';
import type { Window } from './windows.ts';

/**
 * What a journal proves: a function of the journal alone.
 *
 * @throws InputError when it does not begin with a drill and its scenario.
 */
export function judge(events: readonly JournalEvent[]): Verdict {
  return reworded(assess(events), statement => inWords(statement, english));
}

/** The same in no language yet. */
export function assess(events: readonly JournalEvent[]): Verdict<Statement> {
  const drill = new DrillRecord(events);
  const { header, settings } = drill;
  const expected = settings.expect.map(entry => judgeEntry(entry, drill));
  const added = [phasesWithinBounds(drill), unobserved(drill)].filter(result => result !== undefined);
  const results = [...expected, ...added];
  return {
    verdict: overall(expected.length > 0 ? results : [...results, { result: 'unknown' }]),
    scenario: settings.name,
    lab: header.lab,
    seed: header.seed,
    proves: settings.proves,
    expectations: results,
    populations: drill.populations.map(name => populationResult(name, drill)),
    split: splitBefore(drill),
    periods: periodsOf(drill),
  };
}

function judgeEntry(entry: Entry, drill: DrillRecord): ExpectationResult<Statement> {
  const { name } = entry;
  const unknown = (text: Statement, says: Statement = ['asWritten', name]): ExpectationResult<Statement> => ({
    name,
    says,
    result: 'unknown',
    evidence: { text },
  });
  const expectation = Object.hasOwn(expectations, name) ? expectations[name] : undefined;
  if (expectation === undefined) return unknown(['noSuchExpectation']);
  const params = readParams(expectation, entry);
  if (!params.success) {
    return unknown(['readsOtherwise', String(params.error.issues[0]?.message)]);
  }
  const says = expectation.says(params.data);
  if (drill.ends === undefined) return unknown(cutShort(drill), says);
  return { name, says, ...expectation.judge(params.data, drill) };
}

type Entry = Settings['expect'][number];
type Params = ReturnType<Expectation['schema']['safeParse']>;

/** Many drills of one scenario share its entries. */
const known = new WeakMap<Entry, Params>();

function readParams({ schema }: Expectation, entry: Entry): Params {
  const params = known.get(entry) ?? schema.safeParse(entry.params ?? {});
  known.set(entry, params);
  return params;
}

/** A drill that did not end by itself proves nothing: what it did not come to see could have been otherwise. */
function cutShort({ end }: DrillRecord): Statement {
  if (end === undefined) return ['noEnd'];
  return [end.reason === 'interrupted' ? 'interrupted' : 'failed', end.detail ?? ''];
}

function populationResult(name: string, drill: DrillRecord): PopulationResult {
  const requests = drill.requestsOf(name);
  const recoveries = recoveriesOf(drill).get(name) ?? [];
  const shown = recoveries.find(({ errors }) => errors > 0) ?? recoveries[0];
  return {
    name,
    requests: requests.length,
    errors: requests.reduce((errors, request) => errors + (succeeded(request) ? 0 : 1), 0),
    rto: shown?.rto ?? null,
    phases: shown?.phases ?? phaseRecord(() => ({ ms: null, bound: null })),
    recoveries: recoveries.map(withoutRequests),
  };
}

function withoutRequests({ fault, ended, rto, atLeast, bound, phases }: PopulationRecovery): Recovery {
  return { fault, ended, rto, atLeast, bound, phases };
}

/** For requests to an address of no centre. */
const ELSEWHERE = '';

/** Shares of the successful requests before the first fault. */
function splitBefore(drill: DrillRecord): Record<string, number> {
  const from = drill.begins ?? 0;
  const inject = drill.faults[0]?.inject;
  const window: Window =
    inject === undefined ? { from, until: Number.POSITIVE_INFINITY } : { from, until: inject, struck: true };
  const went = new Tally(drill.centres);
  // A window that expectations look at too: it is cut out once.
  for (const request of drill.requestsIn(window)) {
    if (succeeded(request)) went.add(request.centre ?? ELSEWHERE);
  }
  return Object.fromEntries(
    went
      .entries()
      .filter(([centre]) => centre !== ELSEWHERE)
      .map(([centre, count]) => [centre, shareOf(count, went.total)]),
  );
}
