import type { Journal, JournalEvent } from './journal.ts';

export { parseNdjson, toNdjson } from './journal-ndjson.ts';

/** Events that are brought together at once, while they are still near to the processor. */
const TOGETHER = 64;

/**
 * A journal that keeps its events; a listener may print them as they come.
 *
 * Each request makes some kilobytes of objects, of which only its event lasts: by the end of a drill each would lie on a
 * page of its own, and whoever reads them would wait for each. So they are copied now and then, one beside the other,
 * which halves the time of judging a drill.
 */
export class MemoryJournal implements Journal {
  readonly events: JournalEvent[] = [];
  readonly #listener: ((event: JournalEvent) => void) | undefined;
  #last = 0;
  /** Events from here on lie where they were made. */
  #apart = 0;

  constructor(listener?: (event: JournalEvent) => void) {
    this.#listener = listener;
  }

  append(event: JournalEvent): void {
    if (!(event.at >= this.#last)) {
      throw new Error(`journal: a ${event.kind} event at ${event.at} ms after one at ${this.#last} ms`);
    }
    this.#last = event.at;
    this.events.push(event);
    if (this.events.length - this.#apart === TOGETHER) this.#bringTogether();
    this.#listener?.(event);
  }

  #bringTogether(): void {
    for (; this.#apart < this.events.length; this.#apart++) {
      const event = this.events[this.#apart] as JournalEvent;
      if (event.kind === 'request') this.events[this.#apart] = { ...event };
    }
  }
}
