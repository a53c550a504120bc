import { dirname, join } from 'node:path';
import { Command } from 'commander';
import type { ReportModel } from '../report/html/model.ts';
import { journalFile, readJournal } from './read-journal.ts';

export function reportCommand(): Command {
  return new Command('report')
    .description("rebuild a run's report.html from its journal, or compare two runs in one page")
    .argument('<run>', "a run's folder, or a journal.ndjson")
    .argument('[other]', 'a second run, to stand beside the first')
    .option(
      '--out <file>',
      "where to write (default: report.html, or comparison.html, in the last run's folder)",
    )
    .addHelpText(
      'after',
      `
Examples:
  liangdi report runs/latest
  liangdi report runs/before runs/after --out comparison.html`,
    )
    .action(report);
}

async function report(run: string, other: string | undefined, { out }: { out?: string }): Promise<void> {
  const [{ reportModel }, { reportPage }, { replaceFile }] = await Promise.all([
    import('../report/html/build.ts'),
    import('../report/html/page.ts'),
    import('../report/run-folder.ts'),
  ]);
  const models: ReportModel[] = [];
  for (const each of other === undefined ? [run] : [run, other]) {
    models.push(reportModel(await readJournal(each)));
  }
  const name = other === undefined ? 'report.html' : 'comparison.html';
  const file = out ?? join(dirname(journalFile(other ?? run)), name);
  replaceFile(file, reportPage(models));
  process.stdout.write(`The report is in ${file}\n`);
}
