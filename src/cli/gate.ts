import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Baseline } from '../gate/baseline.ts';
import type { Gates } from '../gate/config.ts';
import type { GateVerdict } from '../gate/judge.ts';
import { InputError } from '../runtime/input-error.ts';
import { wallStamp } from '../runtime/wall.ts';
import { EXIT } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import { type Format, formatOption, wholeNumber } from './options.ts';
import { orWarn } from './print.ts';
import { terminal } from './terminal.ts';

interface GateOptions {
  config: string;
  updateBaseline?: boolean;
  out?: string;
  jobs?: number;
  format: Format;
}

export function gateCommand(): Command {
  return new Command('gate')
    .description('run many drills in the simulated lab and hold them to budgets and a baseline')
    .option('--config <file>', 'scenarios, budgets and baseline', 'gates.yaml')
    .option('--update-baseline', "write today's figures into the baseline instead of comparing with it")
    .option('--out <folder>', 'where junit.xml, summary.md and gate.json go (default: a new folder in runs/)')
    .addOption(
      new Option('--jobs <number>', 'drills at a time (default: one a processor)').argParser(
        wholeNumber('A number of drills at a time is', 1, 256),
      ),
    )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  liangdi gate
  liangdi gate --config release.yaml --out gate
  liangdi gate --update-baseline         then look at the difference, and commit it`,
    )
    .action(gate);
}

async function gate(options: GateOptions): Promise<void> {
  const [{ loadGates }, { runGate }, { judgeGate }, { usefulWorkers }, folders] = await Promise.all([
    import('../gate/config.ts'),
    import('../gate/gate.ts'),
    import('../gate/judge.ts'),
    import('../runtime/worker-pool.ts'),
    import('../report/run-folder.ts'),
  ]);
  const gates = loadGates(options.config);
  if (options.updateBaseline) {
    if (gates.baseline === undefined)
      throw new InputError(options.config, 'names no baseline; write "baseline: gates-baseline.json"');
    folders.claimFile(gates.baseline);
  }
  const baseline = options.updateBaseline ? undefined : await readBaseline(gates);
  const folder = folders.claimFolder(options.out, folders.runName(wallStamp(), 'gate', gates.seeds));
  const interrupt = catchInterrupt();
  let drills: Awaited<ReturnType<typeof runGate>>;
  try {
    drills = await runGate(gates, options.jobs ?? usefulWorkers(), interrupt.signal);
  } catch (error) {
    folders.returnFolder(folder, options.out);
    const stopped = interrupt.code();
    if (stopped === undefined) throw error;
    process.exitCode = stopped;
    return;
  }
  const verdict = judgeGate(gates, drills, baseline);
  await print(verdict, options.format);
  await save(verdict, folder, options.format);
  if (options.updateBaseline) await writeBaseline(gates, verdict, options.format);
  process.exitCode = EXIT[verdict.result];
}

async function readBaseline({ baseline, seeds }: Gates): Promise<Baseline | undefined> {
  if (baseline === undefined) return undefined;
  const [{ parseBaseline }, { readText }] = await Promise.all([
    import('../gate/baseline.ts'),
    import('../runtime/read-text.ts'),
  ]);
  if (!existsSync(baseline))
    throw new InputError(baseline, 'there is no such file; --update-baseline writes it');
  return parseBaseline(readText(baseline), baseline, seeds);
}

async function writeBaseline(
  { baseline, seeds }: Gates,
  { measured }: GateVerdict,
  format: Format,
): Promise<void> {
  if (baseline === undefined) return;
  const [{ baselineText }, { replaceFile }] = await Promise.all([
    import('../gate/baseline.ts'),
    import('../report/run-folder.ts'),
  ]);
  replaceFile(baseline, baselineText(seeds, measured));
  if (format === 'text') process.stdout.write(`The baseline is in ${baseline}\n`);
}

async function print(verdict: GateVerdict, format: Format): Promise<void> {
  const { gateText } = await import('../report/gate.ts');
  process.stdout.write(format === 'json' ? gateJson(verdict) : gateText(verdict, terminal(process.stdout)));
}

/** Writes what CI systems read; GitHub's summary also goes where GitHub says. */
async function save(verdict: GateVerdict, folder: string, format: Format): Promise<void> {
  const [{ gateJunit, gateMarkdown }, { appendTo, writeFiles }, { VERSION }] = await Promise.all([
    import('../report/gate.ts'),
    import('../report/run-folder.ts'),
    import('../drill/version.ts'),
  ]);
  const summary = gateMarkdown(verdict);
  writeFiles(folder, {
    'junit.xml': gateJunit(verdict, VERSION),
    'summary.md': summary,
    'gate.json': gateJson(verdict),
  });
  const step = process.env['GITHUB_STEP_SUMMARY'];
  if (step) orWarn(() => appendTo(step, summary));
  if (format === 'text') process.stdout.write(`\nThe gate's files are in ${join(folder, '/')}\n`);
}

function gateJson({ result, seeds, rows }: GateVerdict): string {
  return `${JSON.stringify({ result, seeds, rows }, null, 2)}\n`;
}
