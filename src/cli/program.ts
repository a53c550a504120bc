import { Command, CommanderError } from 'commander';
import { VERSION } from '../drill/version.ts';
import { LabError } from '../lab/lab.ts';
import { printable } from '../report/text.ts';
import { InputError } from '../runtime/input-error.ts';
import { amcCommand } from './amc.ts';
import { curlLoopCommand } from './curl-loop.ts';
import { downCommand } from './down.ts';
import { drillCommand } from './drill.ts';
import { engineCommand } from './engine.ts';
import { EXIT } from './exit.ts';
import { gateCommand } from './gate.ts';
import { getCommand } from './get.ts';
import { gtmCommand } from './gtm.ts';
import { healCommand } from './heal.ts';
import { judgeCommand } from './judge.ts';
import { parityCommand } from './parity.ts';
import { planCommand } from './plan.ts';
import { reportCommand } from './report.ts';
import { resolverCommand } from './resolver.ts';
import { scenariosCommand } from './scenarios.ts';
import { upCommand } from './up.ts';

function program(): Command {
  const liangdi = new Command('liangdi')
    .description('Proves a two-city, three-centre disaster-recovery design before a disaster does.')
    .version(VERSION, '-V, --version')
    .addCommand(drillCommand())
    .addCommand(scenariosCommand())
    .addCommand(engineCommand())
    .addCommand(getCommand())
    .addCommand(amcCommand())
    .addCommand(planCommand())
    .addCommand(judgeCommand())
    .addCommand(gtmCommand())
    .addCommand(resolverCommand())
    .addCommand(reportCommand())
    .addCommand(gateCommand())
    .addCommand(parityCommand())
    .addCommand(upCommand())
    .addCommand(curlLoopCommand())
    .addCommand(healCommand())
    .addCommand(downCommand())
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Examples:
  liangdi scenarios                     what there is to prove
  liangdi drill beijing-down            break both Beijing centres and judge what clients saw
  liangdi drill my.yaml --seed 7        a scenario of your own, with other chance
  liangdi judge runs/latest             judge a run's journal again
  liangdi report runs/a runs/b          compare two runs in one page
  liangdi up; liangdi down              keep real clusters up for many drills with --lab kind
  liangdi curl-loop                     the article's loop: who answers its 50 requests
  liangdi heal                          take back what a killed drill left broken in them

Exit codes: 0 held, 1 violated, 2 unknown, 3 the lab failed or cannot do it,
            64 wrong usage or bad input`,
    );
  speakAlike(liangdi, 'liangdi');
  return liangdi;
}

/** Errors look the same whichever command has them. */
function speakAlike(command: Command, called: string): void {
  command
    .exitOverride()
    .showHelpAfterError(`('${called} --help' says more)`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'liangdi: ')) });
  for (const inner of command.commands) speakAlike(inner, `${called} ${inner.name()}`);
}

/**
 * Carries out a command line: the words behind `liangdi`.
 *
 * @returns The exit code of what went wrong, told on stderr; undefined when `process.exitCode` is the command's own.
 */
export async function run(words: readonly string[]): Promise<number | undefined> {
  try {
    await program().parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    return report(error);
  }
}

/** The exit code for an error, after telling people what was wrong. */
export function report(error: unknown): number {
  // Commander has said it already; its code is 0 for --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.held : EXIT.usage;
  if (error instanceof InputError) {
    // It may quote the input.
    const lines = error.message.split('\n').map(printable);
    process.stderr.write(`${lines.join('\n')}\n`);
    return EXIT.usage;
  }
  if (error instanceof LabError) {
    process.stderr.write(`liangdi: ${error.message}\n`);
    return EXIT.failed;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`liangdi failed (a bug): ${detail}\n`);
  return EXIT.failed;
}
