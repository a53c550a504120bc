import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../kube/objects.ts';

/** What takes a fault back, as plain data: written and on disk before the fault is injected. */
export interface UndoEntry {
  /** The fault's label: name and target. */
  readonly label: string;
  readonly fault: string;
  readonly target: string;
  readonly step: 'inject' | 'healed';
  readonly undo?: Json;
}

/** A file in the run's folder, one line an entry: what a run that was killed has left broken. */
export class UndoLog {
  readonly #file: string;

  constructor(runFolder: string) {
    this.#file = join(runFolder, 'undo.ndjson');
  }

  /** Returns when the entry is on disk. */
  write(entry: UndoEntry): void {
    const file = openSync(this.#file, 'a', 0o600);
    try {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
