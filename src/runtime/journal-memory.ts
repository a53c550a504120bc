import type { Journal, JournalEvent } from './journal.ts';

export { ndjsonBytes, parseNdjson, toNdjson } from './journal-ndjson.ts';

/** A journal that keeps its events; a listener may print them as they come. */
export class MemoryJournal implements Journal {
  readonly events: JournalEvent[] = [];
  readonly #listener: ((event: JournalEvent) => void) | undefined;
  #last = 0;

  constructor(listener?: (event: JournalEvent) => void) {
    this.#listener = listener;
  }

  append(event: JournalEvent): void {
    if (!(event.at >= this.#last)) {
      throw new Error(`journal: a ${event.kind} event at ${event.at} ms after one at ${this.#last} ms`);
    }
    this.#last = event.at;
    this.events.push(event);
    this.#listener?.(event);
  }
}
