import { Command } from 'commander';
import { type Format, formatOption } from './options.ts';
import { terminal } from './terminal.ts';

export function scenariosCommand(): Command {
  return new Command('scenarios')
    .description('list the scenarios that can be run by name, and what each proves')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  liangdi scenarios --format json')
    .action(scenarios);
}

async function scenarios({ format }: { format: Format }): Promise<void> {
  const { listScenarios } = await import('../drill/scenario.ts');
  const all = listScenarios();
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    return;
  }
  const { hanging, padEnd } = await import('../report/text.ts');
  const width = Math.max(0, ...all.map(({ name }) => name.length)) + 2;
  const lines = all.flatMap(({ name, proves }) =>
    hanging(padEnd(name, width), proves, terminal(process.stdout).width),
  );
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
}
