import { judge } from '../judge/judge.ts';
import { scaledScenario } from '../judge/time-scale.ts';
import type { Verdict } from '../judge/verdict.ts';
import { ApiError } from '../kube/client.ts';
import type { EngineName } from '../kube/engines.ts';
import { type Lab, LabError, type Progress } from '../lab/lab.ts';
import type { Load } from '../lab/load.ts';
import type { JournalEvent } from '../runtime/journal.ts';
import { MemoryJournal } from '../runtime/journal-memory.ts';
import { drill } from './drill.ts';
import { missingCapabilities } from './injection.ts';
import { kindLabOf, type LabOptions, labOf } from './labs.ts';
import type { Scenario } from './scenario.ts';
import { type FaultEntry, faultsOf } from './timeline.ts';

export interface DrillOptions extends LabOptions {
  /** How many times faster than its files say the drill runs (time-scale.ts); 1 by default. */
  readonly timeScale?: number;
  /** What distributes the application; what the topology says by default. */
  readonly engine?: EngineName;
  /** Load beside the scenario's clients, on the kind lab alone. */
  readonly load?: 'k6';
  /** Each event as it is written. */
  readonly onEvent?: (event: JournalEvent) => void;
}

export interface DrillResult {
  readonly events: readonly JournalEvent[];
  readonly verdict: Verdict;
}

/** Runs one drill and judges it. @throws LabError when the lab fails, or cannot do what the scenario asks for. */
export async function runDrill(scenario: Scenario, options: DrillOptions): Promise<DrillResult> {
  const events = await recordDrill(scenario, options);
  return { events, verdict: judge(events) };
}

/** Runs one drill; its journal. @throws LabError as `runDrill` does. */
export async function recordDrill(
  written: Scenario,
  options: DrillOptions,
): Promise<readonly JournalEvent[]> {
  const scenario = scaledScenario(withEngine(written, options.engine), options.timeScale ?? 1);
  const journal = new MemoryJournal(options.onEvent);
  const load = await loadOf(options);
  const { lab, run } = await labOf(options, scenario);
  try {
    refuseWhatItCannotDo(scenario, lab);
  } catch (error) {
    await lab.down();
    throw error;
  }
  try {
    await run(() => drill(scenario, options.seed, lab, journal, { ...options, load }));
  } catch (error) {
    // An API that refuses the manifests, or does not answer the drill itself.
    if (error instanceof ApiError) throw new LabError(error.message);
    throw error;
  }
  return journal.events;
}

/** Asked for before anything is brought up. @throws LabError when it cannot be had */
async function loadOf({ load, lab, runFolder }: DrillOptions): Promise<Load | undefined> {
  if (load === undefined) return undefined;
  if (lab !== 'kind' || runFolder === undefined)
    throw new LabError(`--load ${load} needs real requests: the ${lab} lab has none, use --lab kind`);
  const { k6Load } = await import('../lab/kind/k6.ts');
  return await k6Load(runFolder);
}

function withEngine(scenario: Scenario, engine: EngineName | undefined): Scenario {
  const { topology } = scenario;
  if (engine === undefined || engine === topology.engine) return scenario;
  return { ...scenario, topology: { ...topology, engine } };
}

/**
 * Brings a lab's clusters up and leaves them, for drills to come.
 *
 * @throws LabError when that fails; nothing of it is left then
 */
export async function bringUp(
  scenario: Scenario,
  options: Pick<DrillOptions, 'lab' | 'engine' | 'runFolder' | 'signal'>,
  progress: Progress,
): Promise<void> {
  if (options.lab !== 'kind')
    throw new LabError(`the ${options.lab} lab has nothing to bring up before a drill: use --lab kind`);
  const kept = { ...options, seed: 1, keep: true };
  const lab = await kindLabOf(kept, withEngine(scenario, options.engine));
  try {
    await lab.up(progress);
  } finally {
    await lab.down();
  }
}

/** @throws LabError that names all that the lab cannot do; nothing has started then. */
export function refuseWhatItCannotDo(scenario: Scenario, lab: Lab): void {
  const faults = faultsOf(scenario.timeline);
  const missing = [...missingCapabilities(faults, lab.controls), ...missingLinks(faults, lab)];
  if (missing.length > 0)
    throw new LabError(`the ${lab.name} lab cannot run ${scenario.name}: ${missing.join('; ')}`);
}

/** The links that faults strike and the lab cannot shape, in words. */
function missingLinks(faults: readonly FaultEntry[], lab: Lab): string[] {
  return faults.flatMap(({ name, on, params }) => {
    const { from = [] } = params as { from?: readonly string[] };
    const refusals = on.flatMap(target => from.map(place => lab.whyNoLink?.(place, target)));
    return [...new Set(refusals.filter(refusal => refusal !== undefined))].map(why => `${name}: ${why}`);
  });
}
