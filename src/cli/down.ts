import { Command } from 'commander';

export function downCommand(): Command {
  return new Command('down')
    .description('remove the clusters of the kind lab, and what runs that were killed have left')
    .action(down);
}

async function down(): Promise<void> {
  const [{ downAll }, { foldersIn, RUNS }, { RealClock }] = await Promise.all([
    import('../lab/kind/down.ts'),
    import('../report/run-folder.ts'),
    import('../runtime/real-clock.ts'),
  ]);
  const removed = await downAll(new RealClock(), foldersIn(RUNS));
  process.stdout.write(removed.length === 0 ? 'nothing was up\n' : `removed ${removed.join(', ')}\n`);
}
