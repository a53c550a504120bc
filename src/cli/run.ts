import { basename } from 'node:path';
import type { Scenario } from '../drill/scenario.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { EngineName } from '../kube/engines.ts';
import { LabError } from '../lab/lab.ts';
import { claimFolder, pointLatest, RUNS, returnFolder, runName, writeFiles } from '../report/run-folder.ts';
import type { JournalEvent } from '../runtime/journal.ts';
import { wallStamp } from '../runtime/wall.ts';
import type { Format } from './options.ts';
import { orWarn, printVerdict } from './print.ts';
import { terminal } from './terminal.ts';

export interface RunOptions {
  lab: string;
  engine?: EngineName;
  seed: number;
  timeScale: number;
  out?: string;
  keep?: boolean;
  load?: 'k6';
  format: Format;
}

export interface Outcome {
  readonly events: readonly JournalEvent[];
  readonly verdict: Verdict;
  /** What the drill broke off with. */
  readonly failure?: unknown;
}

/** One drill as people see it: its timeline as it happens, its verdict, and the run's folder. */
export async function run(
  scenario: Scenario,
  options: RunOptions,
  signal: AbortSignal,
  listener?: (event: JournalEvent) => void,
): Promise<Outcome> {
  const folder = claimFolder(options.out, runName(wallStamp(), scenario.name, options.seed));
  const outcome = await carryOut(scenario, options, folder, signal, listener);
  try {
    await conclude(outcome, options, folder);
  } catch (error) {
    throw outcome.failure === undefined ? error : bothFailures(outcome.failure, error);
  }
  return outcome;
}

/** Why the drill broke off, and then why its run could not be written. */
function bothFailures(failure: unknown, then: unknown): unknown {
  if (!(failure instanceof LabError)) return failure;
  return new LabError(`${failure.message}\n${then instanceof Error ? then.message : String(then)}`);
}

/** A drill that broke off has an outcome too: its journal up to there, closed as one that proves nothing. */
async function carryOut(
  scenario: Scenario,
  { lab, engine, seed, timeScale, keep, load, format, out }: RunOptions,
  folder: string,
  signal: AbortSignal,
  listener?: (event: JournalEvent) => void,
): Promise<Outcome> {
  const [{ runDrill }, { judge }] = await Promise.all([
    import('../drill/runner.ts'),
    import('../judge/judge.ts'),
  ]);
  const tell = await storyteller(format);
  const events: JournalEvent[] = [];
  const onEvent = (event: JournalEvent): void => {
    events.push(event);
    tell(event);
    listener?.(event);
  };
  try {
    return await runDrill(scenario, {
      lab,
      ...(engine === undefined ? {} : { engine }),
      seed,
      timeScale,
      runFolder: folder,
      keep: keep === true,
      ...(load === undefined ? {} : { load }),
      onEvent,
      signal,
    });
  } catch (failure) {
    const last = events.at(-1);
    if (last === undefined) {
      returnFolder(folder, out);
      throw failure;
    }
    const reason = signal.aborted ? 'interrupted' : 'failed';
    if (last.kind !== 'end') onEvent({ at: last.at, kind: 'end', reason });
    return { events, verdict: judge(events), failure };
  }
}

/** Prints the verdict, writes the run's folder and says where it is. */
async function conclude({ events, verdict }: Outcome, options: RunOptions, folder: string): Promise<void> {
  if (options.format === 'text') process.stdout.write('\n');
  await printVerdict(verdict, options.format);
  await save(events, verdict, folder);
  if (options.out === undefined) orWarn(() => pointLatest(RUNS, basename(folder)));
  if (options.format === 'text') process.stdout.write(`\nThe run is in ${folder}/\n`);
}

async function save(events: readonly JournalEvent[], verdict: Verdict, folder: string): Promise<void> {
  const [{ toNdjson }, { junitXml }, { verdictJson }, { reportModel }, { reportPage }] = await Promise.all([
    import('../runtime/journal-memory.ts'),
    import('../report/junit.ts'),
    import('../report/json.ts'),
    import('../report/html/build.ts'),
    import('../report/html/page.ts'),
  ]);
  // What cannot be made again is on the disk before anything else is tried.
  writeFiles(folder, { 'journal.ndjson': toNdjson(events) });
  writeFiles(folder, {
    'junit.xml': junitXml(verdict, versionOf(events)),
    'report.html': reportPage([reportModel(events)]),
    'verdict.json': verdictJson(verdict),
  });
}

function versionOf(events: readonly JournalEvent[]): string {
  const first = events[0];
  return first?.kind === 'drill' ? first.version : 'unknown';
}

/** Prints the timeline as it happens; with JSON asked for, nothing. */
async function storyteller(format: Format): Promise<(event: JournalEvent) => void> {
  if (format === 'json') return () => {};
  const { Timeline } = await import('../report/timeline.ts');
  const timeline = new Timeline(terminal(process.stdout));
  return event => {
    for (const line of timeline.lines(event)) process.stdout.write(`${line}\n`);
  };
}
