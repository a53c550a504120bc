import type { BodyEvent, Journal } from '../runtime/journal.ts';
import { parsePage } from './page.ts';

/** The numbers of answers, draws and bodies over the whole drill, and what is still under way. */
export class TrafficRecord {
  readonly journal: Journal;
  #answers = 0;
  #draws = 0;
  #bodies = 0;
  readonly #ids = new Map<number, Map<string, number>>();
  #outstanding = 0;
  #drained: (() => void) | undefined;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  nextAnswer(): number {
    return ++this.#answers;
  }

  /** A number for one independent choice of where to go. */
  nextDraw(): number {
    return ++this.#draws;
  }

  /** The id of this body; its first sight is journaled. */
  body(at: number, status: number, text: string): number {
    let ids = this.#ids.get(status);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(status, ids);
    }
    const known = ids.get(text);
    if (known !== undefined) return known;
    const id = ++this.#bodies;
    ids.set(text, id);
    const event: BodyEvent = { at, kind: 'body', id, status, text };
    this.journal.append(Object.assign(event, parsePage(text)));
    return id;
  }

  /** Requests and DNS queries that have not ended. */
  get outstanding(): number {
    return this.#outstanding;
  }

  begin(): void {
    this.#outstanding++;
  }

  end(): void {
    if (--this.#outstanding === 0) this.#drained?.();
  }

  /** Calls `done` when nothing is outstanding, at once if that is so already. */
  whenDrained(done: () => void): void {
    if (this.#outstanding === 0) done();
    else this.#drained = done;
  }
}
