import { Command } from 'commander';
import { EXIT } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import {
  engineOption,
  formatOption,
  labOption,
  loadOption,
  seedOption,
  timeScaleOption,
  watchOption,
} from './options.ts';
import { type Outcome, type RunOptions, run } from './run.ts';
import type { Watch } from './watch.ts';

/** True: at any free port. */
type DrillOptions = RunOptions & { watch?: number | true };

export function drillCommand(): Command {
  return new Command('drill')
    .description('run a scenario on a lab, journal it and judge it')
    .argument('<scenario>', "a scenario's name, or a file")
    .addOption(labOption())
    .addOption(engineOption())
    .addOption(seedOption())
    .addOption(timeScaleOption())
    .option('--out <folder>', 'where the run is written (default: a new folder in runs/)')
    .option('--keep', 'leave the clusters of the kind lab running: the next drill takes them over')
    .addOption(loadOption())
    .addOption(watchOption())
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  liangdi drill beijing-down
  liangdi drill scenarios/beijing-down.yaml --seed 7 --out /tmp/run
  liangdi drill beijing-down --format json | jq .verdict`,
    )
    .action(drill);
}

async function drill(nameOrFile: string, options: DrillOptions): Promise<void> {
  const { loadScenario } = await import('../drill/scenario.ts');
  const scenario = loadScenario(nameOrFile);
  const interrupt = catchInterrupt();
  const watch = await startWatch(options.watch);
  let outcome: Outcome;
  try {
    outcome = await run(scenario, options, interrupt.signal, event => watch?.event(event));
  } catch (error) {
    watch?.close();
    throw error;
  }
  const { verdict, failure } = outcome;
  const stopped = interrupt.code();
  await watch?.keep(interrupt.signal);
  if (stopped === undefined && failure !== undefined) throw failure;
  // Stopped as asked; what could not be healed or taken down, people must know.
  if (failure instanceof Error) process.stderr.write(`liangdi: ${failure.message}\n`);
  process.exitCode = stopped ?? EXIT[verdict.verdict];
}

/** Says where to look on stderr: stdout is the drill's. */
async function startWatch(port: number | true | undefined): Promise<Watch | undefined> {
  if (port === undefined) return undefined;
  const { Watch } = await import('./watch.ts');
  const watch = await Watch.start(port);
  process.stderr.write(`liangdi: the report grows at ${watch.address} until Ctrl-C\n`);
  return watch;
}
