import { ApiError } from '../kube/client.ts';
import { type Lab, LabError } from '../lab/lab.ts';
import { simulatedLab } from '../lab/simulated.ts';
import type { JournalEvent } from '../runtime/journal.ts';
import { MemoryJournal } from '../runtime/journal-memory.ts';
import { seededRandom } from '../runtime/random-seeded.ts';
import { VirtualClock } from '../runtime/virtual-clock.ts';
import { drill } from './drill.ts';
import { missingCapabilities } from './injection.ts';
import { judge } from './judge.ts';
import { type Scenario, vantagePointsOf } from './scenario.ts';
import { faultsOf } from './timeline.ts';
import type { Verdict } from './verdict.ts';

export interface DrillOptions {
  readonly lab: string;
  /** A whole number from 0 to 2^32 - 1; the same seed gives the same journal. */
  readonly seed: number;
  /** Each event as it is written. */
  readonly onEvent?: (event: JournalEvent) => void;
  /** Ends the drill early: faults are healed, the journal ends with `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface DrillResult {
  readonly events: readonly JournalEvent[];
  readonly verdict: Verdict;
}

/** Runs one drill and judges it. @throws LabError when the lab fails, or cannot do what the scenario asks for. */
export async function runDrill(scenario: Scenario, options: DrillOptions): Promise<DrillResult> {
  const journal = new MemoryJournal(options.onEvent);
  const clock = new VirtualClock();
  const lab = labOf(options, scenario, clock);
  refuseWhatItCannotDo(scenario, lab);
  try {
    await clock.run(() => drill(scenario, options.seed, lab, journal, options.signal));
  } catch (error) {
    // An API that refuses the manifests, or does not answer the drill itself.
    if (error instanceof ApiError) throw new LabError(error.message);
    throw error;
  }
  return { events: journal.events, verdict: judge(journal.events) };
}

function labOf({ lab, seed }: DrillOptions, scenario: Scenario, clock: VirtualClock): Lab {
  if (lab !== 'simulated') throw new LabError(`the lab "${lab}" is not available; available: simulated`);
  const { clients, topology, gtm, application } = scenario;
  return simulatedLab({
    topology,
    clock,
    random: seededRandom(seed),
    application: {
      namespace: application.namespace,
      name: application.name,
      host: clients.name,
      path: clients.path,
      port: clients.port,
    },
    vantagePoints: vantagePointsOf(gtm),
  });
}

/** @throws LabError that names all that the lab cannot do; nothing has started then. */
export function refuseWhatItCannotDo(scenario: Scenario, lab: Lab): void {
  const missing = missingCapabilities(faultsOf(scenario.timeline), lab.controls);
  if (missing.length > 0)
    throw new LabError(`the ${lab.name} lab cannot run ${scenario.name}: ${missing.join('; ')}`);
}
