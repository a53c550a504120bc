import { Command } from 'commander';
import type { Scenario } from '../drill/scenario.ts';
import type { ParityRun } from '../judge/parity.ts';
import { EXIT } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import { timeScaleOption, wholeNumber } from './options.ts';
import { run } from './run.ts';
import { terminal } from './terminal.ts';

interface ParityOptions {
  runs: number;
  timeScale: number;
}

/** Enough for the ends of a distribution, in a few seconds. */
const SIMULATED_RUNS = 100;
const MOST_RUNS = 20;

export function parityCommand(): Command {
  return new Command('parity')
    .description(
      'run a scenario on real clusters and in the simulated lab, and hold each phase of recovery side by side',
    )
    .argument('<scenario>', "a scenario's name, or a file")
    .option('--runs <number>', 'on the kind lab', wholeNumber('Runs are', 1, MOST_RUNS), 5)
    .addOption(timeScaleOption().default(7.5))
    .addHelpText(
      'after',
      '\nA lab that is up already (liangdi up) is used and left up.\n\nExample:\n  liangdi parity cluster1-beijing-down --runs 3',
    )
    .action(parity);
}

async function parity(nameOrFile: string, options: ParityOptions): Promise<void> {
  const [{ loadScenario }, { parityOf }, { parityText }] = await Promise.all([
    import('../drill/scenario.ts'),
    import('../judge/parity.ts'),
    import('../report/parity.ts'),
  ]);
  const scenario = loadScenario(nameOrFile);
  const simulated = await inSimulation(scenario, options);
  const interrupt = catchInterrupt();
  const real = await onKind(scenario, options, interrupt.signal);
  const stopped = interrupt.code();
  if (stopped !== undefined) {
    process.exitCode = stopped;
    return;
  }
  const found = parityOf(real, simulated);
  process.stdout.write(`\n${parityText(found, terminal(process.stdout))}`);
  process.exitCode = EXIT[found.result];
}

/** The clusters stay from one run to the next; the last one takes them down, if the first brought them up. */
async function onKind(
  scenario: Scenario,
  { runs, timeScale }: ParityOptions,
  signal: AbortSignal,
): Promise<ParityRun[]> {
  const done: ParityRun[] = [];
  for (let seed = 1; seed <= runs && !signal.aborted; seed++) {
    const keep = seed < runs;
    const options = { lab: 'kind', seed, timeScale, keep, format: 'text' } as const;
    const { failure, ...outcome } = await run(scenario, options, signal);
    if (failure !== undefined && !signal.aborted) throw failure;
    done.push(outcome);
  }
  return done;
}

async function inSimulation(scenario: Scenario, { timeScale }: ParityOptions): Promise<ParityRun[]> {
  const { runDrill } = await import('../drill/runner.ts');
  const done: ParityRun[] = [];
  for (let seed = 1; seed <= SIMULATED_RUNS; seed++)
    done.push(await runDrill(scenario, { lab: 'simulated', seed, timeScale }));
  return done;
}
