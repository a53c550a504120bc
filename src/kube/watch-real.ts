import { ApiError, type WatchEvent, type WatchHandler } from './client.ts';

/** Hands events from a stream to a handler until either is done. */
export class RealWatch {
  readonly #handler: WatchHandler;
  readonly #abort = new AbortController();
  readonly #closed: () => void;
  #over = false;

  /** `open` gives the events, or fails with ApiError, and stops when the signal aborts. */
  constructor(
    handler: WatchHandler,
    open: (signal: AbortSignal) => AsyncIterable<WatchEvent>,
    closed: () => void,
  ) {
    this.#handler = handler;
    this.#closed = closed;
    this.#run(open(this.#abort.signal));
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort();
    this.#closed();
  }

  /** What the handler throws is not caught: it ends the process, as any other fault in it. */
  async #run(events: AsyncIterable<WatchEvent>): Promise<void> {
    let failure: ApiError | undefined;
    try {
      for await (const event of events) {
        if (this.#over) return;
        this.#handler.event(event);
        if (this.#over) return;
      }
    } catch (error) {
      if (this.#over) return;
      if (!(error instanceof ApiError)) throw error;
      failure = error;
    }
    if (this.#over) return;
    this.close();
    this.#handler.end(failure);
  }
}
