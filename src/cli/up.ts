import { Command } from 'commander';
import type { EngineName } from '../kube/engines.ts';
import { LabError } from '../lab/lab.ts';
import { catchInterrupt } from './interrupt.ts';
import { engineOption, labOption } from './options.ts';

/** Where the kubeconfigs of a lab that stays are kept. */
const FOLDER = 'runs/lab';

export function upCommand(): Command {
  return new Command('up')
    .description('bring the clusters of a lab up, for many drills: each begins clean and leaves them up')
    .argument('[scenario]', 'whose topology and application they are for', 'steady')
    .addOption(labOption().default('kind'))
    .addOption(engineOption())
    .addHelpText('after', '\nExample:\n  liangdi up && liangdi drill beijing-down --lab kind && liangdi down')
    .action(up);
}

async function up(nameOrFile: string, { lab, engine }: { lab: string; engine?: EngineName }): Promise<void> {
  const [{ loadScenario }, { bringUp }, { removeRemains }] = await Promise.all([
    import('../drill/scenario.ts'),
    import('../drill/runner.ts'),
    import('../lab/kind/run-files.ts'),
  ]);
  const scenario = loadScenario(nameOrFile);
  const interrupt = catchInterrupt();
  const say = (step: string, detail?: string) =>
    process.stdout.write(`${step}${detail === undefined ? '' : ` (${detail})`}\n`);
  try {
    await bringUp(
      scenario,
      {
        lab,
        ...(engine === undefined ? {} : { engine }),
        runFolder: FOLDER,
        signal: interrupt.signal,
      },
      say,
    );
  } catch (error) {
    removeRemains(FOLDER);
    const code = interrupt.code();
    if (code === undefined || !(error instanceof LabError)) throw error;
    process.exitCode = code;
    return;
  }
  say(`the lab is up; kubeconfigs are in ${FOLDER}/, and \`liangdi down\` removes it all`);
}
