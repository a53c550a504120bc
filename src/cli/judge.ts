import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { EXIT } from './exit.ts';
import { type Format, formatOption } from './options.ts';
import { printVerdict } from './print.ts';

/** A journal of an hour's drill with a thousand requests a second stays below this. */
const LARGEST_JOURNAL = 1024 * 1024 * 1024;

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
  const [{ readText }, { parseNdjson }, { judge }] = await Promise.all([
    import('../runtime/read-text.ts'),
    import('../runtime/journal-memory.ts'),
    import('../drill/judge.ts'),
  ]);
  const file = isFolder(journal) ? join(journal, 'journal.ndjson') : journal;
  const verdict = judge(parseNdjson(readText(file, LARGEST_JOURNAL), file));
  await printVerdict(verdict, format);
  process.exitCode = EXIT[verdict.verdict];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
