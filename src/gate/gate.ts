import { LabError } from '../lab/lab.ts';
import { inWorkers } from '../runtime/worker-pool.ts';
import type { Gates } from './config.ts';
import type { DrillAnswer, DrillTask } from './drill-worker.ts';
import type { Measures } from './measures.ts';

/**
 * Runs every scenario of a gate with every seed on the simulated lab, in `workers` threads at once; by scenario, in the
 * order of the seeds. The same version gives the same measures, whatever the threads do.
 *
 * @throws LabError when the lab fails, or cannot do what a scenario asks for.
 */
export async function runGate(
  { scenarios, seeds }: Gates,
  workers: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly Measures[]>> {
  const tasks: DrillTask[] = scenarios.flatMap(({ source }) =>
    Array.from({ length: seeds }, (_, index) => ({ source, seed: index + 1 })),
  );
  const module = new URL('./drill-worker.ts', import.meta.url);
  const answers = await inWorkers<DrillTask, DrillAnswer>(module, tasks, workers, signal);
  const measures = answers.map((answer, index) => {
    if ('measures' in answer) return answer.measures;
    const { source, seed } = tasks[index] as DrillTask;
    throw new LabError(`${source}, seed ${seed}: ${answer.failure}`);
  });
  return new Map(
    scenarios.map(({ scenario }, index) => [
      scenario.name,
      measures.slice(index * seeds, (index + 1) * seeds),
    ]),
  );
}
