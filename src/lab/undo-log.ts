import { existsSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Json } from '../kube/objects.ts';
import { InputError } from '../runtime/input-error.ts';
import { LabError, type Undo, type UndoLog } from './lab.ts';

export const UNDO_LOG = 'undo.ndjson';

const entrySchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('lab'), lab: z.string(), settings: z.json() }),
  z.object({
    step: z.literal('inject'),
    label: z.string(),
    fault: z.string(),
    target: z.string(),
    undo: z.json(),
  }),
  z.object({ step: z.literal('healed'), label: z.string() }),
]);
type Entry = z.infer<typeof entrySchema>;

/** What a run's undo log says. */
export interface UndoRecord {
  /** The lab that the faults were injected on, and what it takes to reach it again. */
  readonly lab: string;
  readonly settings: Json;
  /** In the order of their injection. */
  readonly unhealed: readonly Undo[];
}

/** A file in the run's folder, one line an entry: what a run that was killed has left broken. */
export class UndoFile implements UndoLog {
  readonly path: string;

  constructor(runFolder: string) {
    this.path = join(runFolder, UNDO_LOG);
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  /** The first line: what it takes to reach the lab again. @throws LabError */
  begin(lab: string, settings: object): Promise<void> {
    // As JSON has it: without fields that are undefined.
    return this.#write({ step: 'lab', lab, settings: settings as Json });
  }

  injecting({ label, fault, target, undo }: Undo): Promise<void> {
    return this.#write({ step: 'inject', label, fault, target, undo });
  }

  healed(label: string): Promise<void> {
    return this.#write({ step: 'healed', label });
  }

  /** Undefined when there is no such file. @throws InputError for one that nobody can heal from. */
  read(): UndoRecord | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new InputError(this.path, `cannot be read: ${(error as Error).message}`);
    }
    // The last line may be cut off: its writer was killed before what it tells of was done.
    const lines = text.split('\n').slice(0, -1);
    const entries = lines.map((line, index) => parsed(line, this.path, index + 1));
    const [first, ...others] = entries;
    if (first === undefined) return undefined;
    if (first.step !== 'lab')
      throw new InputError(this.path, 'the first line must name the lab', { line: 1 });
    return { lab: first.lab, settings: first.settings, unhealed: unhealed(others) };
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  async #write(entry: Entry): Promise<void> {
    try {
      const file = await open(this.path, 'a', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(entry)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (cause) {
      const why = (cause as Error).message;
      throw new LabError(`what takes faults back cannot be written to ${this.path}: ${why}`, { cause });
    }
  }
}

function parsed(line: string, file: string, number: number): Entry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    throw new InputError(file, 'not an entry of an undo log', { line: number });
  }
}

function unhealed(entries: readonly Entry[]): Undo[] {
  const left = new Map<string, Undo>();
  for (const entry of entries)
    if (entry.step === 'healed') left.delete(entry.label);
    else if (entry.step === 'inject') {
      const { step: _, ...undo } = entry;
      left.set(entry.label, undo);
    }
  return [...left.values()];
}
