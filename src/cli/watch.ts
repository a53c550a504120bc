import { reportModel } from '../report/html/build.ts';
import { reportPage } from '../report/html/page.ts';
import { InputError } from '../runtime/input-error.ts';
import type { JournalEvent } from '../runtime/journal.ts';
import { type LivePage, serveLivePage } from '../runtime/live-page-real.ts';
import { RealClock } from '../runtime/real-clock.ts';

/** News at most so often; and never more than a tenth of the time goes into them, which is the drill's. */
const PAUSE_MS = 2000;
const PAUSE_OF_COST = 9;

/** A drill's report as it grows. */
export class Watch {
  readonly #page: LivePage;
  readonly #clock = new RealClock();
  readonly #events: JournalEvent[] = [];
  #nextNews = 0;

  private constructor(page: LivePage) {
    this.#page = page;
  }

  /** @param port True, or 0, for any that is free. */
  static async start(port: number | true): Promise<Watch> {
    try {
      return new Watch(await serveLivePage(reportPage([], { live: true }), port === true ? 0 : port));
    } catch (error) {
      throw new InputError('--watch', `the port ${port} cannot be had: ${(error as Error).message}`);
    }
  }

  get address(): string {
    return this.#page.address;
  }

  /** How many browsers look. */
  get listeners(): number {
    return this.#page.listeners;
  }

  event(event: JournalEvent): void {
    this.#events.push(event);
    // Nobody looks, or the news would be too fresh: the next event tells it all.
    const began = this.#clock.now();
    if (began < this.#nextNews || this.#page.listeners === 0) return;
    this.#tell();
    this.#nextNews = this.#clock.now() + Math.max(PAUSE_MS, PAUSE_OF_COST * (this.#clock.now() - began));
  }

  /** The drill is over: who looks, or comes to look, sees all of it, until `signal`. */
  async keep(signal: AbortSignal): Promise<void> {
    if (this.#events.length > 0) this.#tell();
    this.#page.tell('end', '');
    if (!signal.aborted)
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    this.close();
  }

  close(): void {
    this.#page.close();
  }

  #tell(): void {
    const model = reportModel(this.#events);
    this.#page.tell('model', JSON.stringify({ runs: [model], live: true }));
  }
}
