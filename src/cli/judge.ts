import { Command } from 'commander';
import { EXIT } from './exit.ts';
import { type Format, formatOption } from './options.ts';
import { printVerdict } from './print.ts';
import { readJournal } from './read-journal.ts';

export function judgeCommand(): Command {
  return new Command('judge')
    .description("judge a run's journal again, with today's expectations")
    .argument('<journal>', "a journal.ndjson, or a run's folder")
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  liangdi judge runs/latest\n  liangdi judge journal.ndjson --format json',
    )
    .action(judgeAgain);
}

async function judgeAgain(journal: string, { format }: { format: Format }): Promise<void> {
  const { judge } = await import('../judge/judge.ts');
  const verdict = judge(await readJournal(journal));
  await printVerdict(verdict, format);
  process.exitCode = EXIT[verdict.verdict];
}
