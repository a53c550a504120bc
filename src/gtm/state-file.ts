import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { InputError } from '../runtime/input-error.ts';
import { explain, flatten, printPath } from '../runtime/schema-problems.ts';
import { accountSchema } from './account/schema.ts';
import type { Saved } from './emulator.ts';

const savedSchema = z.object({
  format: z.literal(1),
  account: accountSchema,
  alerts: z.array(z.string()).readonly(),
  memory: z.exactOptional(z.record(z.string(), z.array(z.string()).readonly())),
});
type Kept = z.input<typeof savedSchema>;

/** Keeps what an emulator knows in a file: whole or not at all, whenever the process or the machine ends. */
export class StateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was kept last; nothing when there is no file yet. @throws InputError when it is no state file. */
  load(): Saved | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new InputError(this.#path, `the state cannot be read: ${(error as Error).message}`);
    }
    return this.#parse(text);
  }

  /** @throws Error when it cannot be written; what was kept before stays. */
  save(saved: Saved): void {
    const draft = `${this.#path}.new`;
    const kept: Kept = { format: 1, ...saved };
    try {
      writeFileSync(draft, JSON.stringify(kept), { mode: 0o600, flush: true });
      renameSync(draft, this.#path);
    } catch (cause) {
      throw new Error(`the state cannot be kept in ${this.#path}: ${(cause as Error).message}`, { cause });
    }
    // The new name itself must outlive a power failure.
    const folder = openSync(dirname(this.#path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  /** The file's own objects, so that nothing is lost of what is in them. */
  #parse(text: string): Kept {
    const value = jsonIn(text);
    const { error } = savedSchema.safeParse(value, { error: explain, reportInput: true });
    if (error === undefined) return value as Kept;
    const [problem] = error.issues.flatMap(issue => flatten(issue));
    const { message = '', path = [] } = problem ?? {};
    throw new InputError(
      this.#path,
      `${message}; this is not a state file of \`liangdi gtm serve\`: remove it to start from the configuration`,
      { path: printPath(path) },
    );
  }
}

/** The text itself when it is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
