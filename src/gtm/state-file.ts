import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { InputError } from '../runtime/input-error.ts';
import type { Account } from './account/account.ts';
import type { Saved } from './emulator.ts';

const byId = z.record(z.string(), z.looseObject({}));

/** The shape of what is kept; the objects' inside is ours alone. */
const savedSchema = z.object({
  format: z.literal(1),
  account: z.looseObject({
    sequence: z.int().nonnegative(),
    instances: byId,
    pools: byId,
    monitors: byId,
    strategies: byId,
    operations: z.array(z.looseObject({})),
    alerts: z.array(z.looseObject({})),
    alertGroups: z.array(z.string()),
    cloud: z.looseObject({
      instances: byId,
      configs: byId,
      pools: byId,
      addresses: byId,
      templates: byId,
      globalAlert: z.looseObject({}),
      tokens: byId,
    }),
  }),
  alerts: z.array(z.string()),
  memory: z.record(z.string(), z.array(z.string())).default({}),
});

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
    const { account, alerts, memory } = this.#parse(text);
    return { account: account as unknown as Account, alerts, memory };
  }

  /** @throws Error when it cannot be written; what was kept before stays. */
  save(saved: Saved): void {
    const draft = `${this.#path}.new`;
    try {
      writeFileSync(draft, JSON.stringify({ format: 1, ...saved }), { mode: 0o600, flush: true });
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

  #parse(text: string) {
    try {
      return savedSchema.parse(JSON.parse(text));
    } catch {
      throw new InputError(
        this.#path,
        'this is not a state file of `liangdi gtm serve`; remove it to start from the configuration',
      );
    }
  }
}
