import { runDrill } from '../drill/runner.ts';
import { loadScenario, type Scenario } from '../drill/scenario.ts';
import { LabError } from '../lab/lab.ts';
import { serveTasks } from '../runtime/worker-pool.ts';
import { type Measures, measuresOf } from './measures.ts';

/** A drill that a gate wants: a scenario by name or file, and a seed. */
export interface DrillTask {
  readonly source: string;
  readonly seed: number;
}

const scenarios = new Map<string, Scenario>();

function scenarioOf(source: string): Scenario {
  const scenario = scenarios.get(source) ?? loadScenario(source);
  scenarios.set(source, scenario);
  return scenario;
}

/** A lab that failed is told by its words: an error loses its class on its way between threads. */
export type DrillAnswer = { readonly measures: Measures } | { readonly failure: string };

serveTasks<DrillTask, DrillAnswer>(async ({ source, seed }) => {
  try {
    const { events, verdict } = await runDrill(scenarioOf(source), { lab: 'simulated', seed });
    return { measures: measuresOf(seed, events, verdict) };
  } catch (error) {
    if (error instanceof LabError) return { failure: error.message };
    throw error;
  }
});
