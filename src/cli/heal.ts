import { resolve } from 'node:path';
import { Command } from 'commander';
import type { UndoRecord } from '../lab/undo-log.ts';
import { InputError } from '../runtime/input-error.ts';

export function healCommand(): Command {
  return new Command('heal')
    .description('take back the faults that a drill whose process was killed has left in force')
    .argument('[run]', "the run's folder (default: every run in runs/ that has left some)")
    .addHelpText('after', '\nExamples:\n  liangdi heal\n  liangdi heal runs/20261124T155906Z-beijing-down-1')
    .action(heal);
}

async function heal(run: string | undefined): Promise<void> {
  const { UndoFile } = await import('../lab/undo-log.ts');
  if (run !== undefined && !new UndoFile(run).exists())
    throw new InputError(run, 'has no undo log: no fault was injected there, or all were taken back');
  const folders = run === undefined ? await foldersWithUndoLogs() : [run];
  const left = folders.flatMap(folder => {
    const record = new UndoFile(folder).read();
    return record === undefined || record.unhealed.length === 0 ? [] : [{ folder, record }];
  });
  if (left.length === 0) process.stdout.write('nothing is left to heal\n');
  for (const { folder, record } of left) await healRun(folder, record);
}

async function healRun(folder: string, { lab, settings, unhealed }: UndoRecord): Promise<void> {
  const [{ reattach }, { HEALED_WITHIN_MS, healLeft }, { UndoFile }, { RealClock }, { LabError }] =
    await Promise.all([
      import('../lab/kind/reattach.ts'),
      import('../drill/heal.ts'),
      import('../lab/undo-log.ts'),
      import('../runtime/real-clock.ts'),
      import('../lab/lab.ts'),
    ]);
  if (lab !== 'kind') throw new LabError(`${folder}: faults of the ${lab} lab cannot be healed from outside`);
  const say = (line: string) => process.stdout.write(`${folder}: ${line}\n`);
  const held = await reattach(folder, settings, new RealClock());
  if (typeof held === 'string') return void say(`nothing is left to heal: ${held}`);
  try {
    const there = unhealed.filter(({ target }) => !held.gone.has(target));
    for (const { label, target } of unhealed)
      if (held.gone.has(target)) say(`${label} needs no healing: ${target} is gone`);
    for (const { label, fault } of there) say(`healing ${label} (${fault})`);
    const log = new UndoFile(folder);
    const healed = async (label: string) => {
      await log.healed(label);
      say(`${label} is healed`);
    };
    await healLeft(there, held.controls, { healed }, HEALED_WITHIN_MS);
  } finally {
    await held.close();
  }
}

/** Those in `runs`, and those that containers of the lab name, wherever they are. */
async function foldersWithUndoLogs(): Promise<string[]> {
  const [{ UndoFile }, { foldersIn, RUNS }, { runFolders }] = await Promise.all([
    import('../lab/undo-log.ts'),
    import('../report/run-folder.ts'),
    import('../lab/kind/down.ts'),
  ]);
  const folders = [...foldersIn(RUNS), ...(await runFolders())];
  const seen = new Set<string>();
  return folders.filter(folder => {
    const isNew = !seen.has(resolve(folder));
    seen.add(resolve(folder));
    return isNew && new UndoFile(folder).exists();
  });
}
