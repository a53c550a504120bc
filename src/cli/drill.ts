import { Command } from 'commander';
import { claimFolder } from '../report/run-folder.ts';
import { EXIT } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import { engineOption, formatOption, labOption, loadOption, seedOption, timeScaleOption } from './options.ts';
import { type RunOptions, run } from './run.ts';

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

async function drill(nameOrFile: string, options: RunOptions): Promise<void> {
  const { loadScenario } = await import('../drill/scenario.ts');
  const scenario = loadScenario(nameOrFile);
  if (options.out !== undefined) claimFolder(options.out);
  const interrupt = catchInterrupt();
  const { verdict, failure } = await run(scenario, options, interrupt.signal);
  const stopped = interrupt.code();
  if (stopped === undefined && failure !== undefined) throw failure;
  process.exitCode = stopped ?? EXIT[verdict.verdict];
}
