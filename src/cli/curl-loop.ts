import { Command, Option } from 'commander';
import type { JournalEvent } from '../runtime/journal.ts';
import { catchInterrupt } from './interrupt.ts';
import { labOption, seedOption, wholeNumber } from './options.ts';
import { terminal } from './terminal.ts';

const MOST_REQUESTS = 100_000;

interface Options {
  lab: string;
  requests: number;
  every: string;
  down: string[];
  seed: number;
}

export function curlLoopCommand(): Command {
  return new Command('curl-loop')
    .description("the article's loop against a lab that is up: for i in {1..50}; do curl NAME; sleep 3; done")
    .argument('[scenario]', 'whose topology, application and GTM the lab was brought up with', 'steady')
    .addOption(labOption().default('kind'))
    .addOption(
      new Option('--requests <number>', 'how often curl runs')
        .default(50)
        .argParser(wholeNumber('It is', 1, MOST_REQUESTS)),
    )
    .option('--every <duration>', 'the sleep between two runs', '3s')
    .addOption(
      new Option(
        '--down <name>',
        'a centre, or a city, where the application is scaled to 0 meanwhile; may be repeated',
      )
        .default([], 'none')
        .argParser((name: string, names: string[]) => [...names, name]),
    )
    .addOption(seedOption())
    .addHelpText(
      'after',
      `
Prints on standard output what curl prints, and on standard error what happens to the system.

Examples:
  liangdi up && liangdi curl-loop                  half from each Beijing centre
  liangdi curl-loop --down cluster1-beijing        errors at first, then all from the other one
  liangdi curl-loop --down beijing                 errors at first, then all from Hangzhou
  liangdi curl-loop --lab simulated --down beijing the same without clusters, at once`,
    )
    .action(loop);
}

async function loop(nameOrFile: string, { lab, requests, every, down, seed }: Options): Promise<void> {
  const [{ loadScenario }, { runCurlLoop }, { CurlOutput }, { Timeline }] = await Promise.all([
    import('../drill/scenario.ts'),
    import('../drill/curl-loop.ts'),
    import('../traffic/curl-loop.ts'),
    import('../report/timeline.ts'),
  ]);
  const scenario = loadScenario(nameOrFile);
  const interrupt = catchInterrupt();
  const curl = new CurlOutput(scenario.clients.name);
  const timeline = new Timeline(terminal(process.stderr));
  const onEvent = (event: JournalEvent): void => {
    for (const line of timeline.lines(event)) process.stderr.write(`${line}\n`);
    const printed = curl.print(event);
    if (printed === undefined) return;
    process.stdout.write(printed.stdout);
    process.stderr.write(printed.stderr);
  };
  const settings = { requests, every: await parseEvery(every) };
  await runCurlLoop(scenario, { lab, seed, loop: settings, down, onEvent, signal: interrupt.signal });
  process.stderr.write(`${curl.summary()}\n`);
  process.exitCode = interrupt.code() ?? 0;
}

/** Milliseconds. */
async function parseEvery(text: string): Promise<number> {
  const [{ duration }, { InputError }] = await Promise.all([
    import('../runtime/quantities.ts'),
    import('../runtime/input-error.ts'),
  ]);
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw new InputError('--every', parsed.error.issues[0]?.message ?? 'is no duration');
  if (parsed.data > 0) return parsed.data;
  throw new InputError('--every', 'must be longer than zero');
}
