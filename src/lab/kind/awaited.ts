import type { Clock } from '../../runtime/clock.ts';
import type { Progress } from '../lab.ts';

/** How often people hear what is still awaited. */
const TELL_EVERY_MS = 15_000;

/** What a lab waits for while it comes up, and how people hear of it. */
export class Awaited implements Disposable {
  readonly #clock: Clock;
  readonly #progress: Progress;
  readonly #names = new Set<string>();
  readonly #over = new AbortController();

  constructor(clock: Clock, progress: Progress) {
    this.#clock = clock;
    this.#progress = progress;
    this.#tell().catch(() => {});
  }

  /** Says how long it took; `work` tells whether it was there before. */
  async ready(name: string, work: Promise<boolean>): Promise<void> {
    const begun = this.#clock.now();
    this.#names.add(name);
    const wasThere = await work;
    this.#names.delete(name);
    const took = this.#since(begun);
    this.#progress(`${name} is ready`, wasThere ? `it was there, ${took}` : took);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #tell(): Promise<void> {
    const begun = this.#clock.now();
    for (;;) {
      await this.#clock.sleep(TELL_EVERY_MS, this.#over.signal);
      this.#progress(`waiting for ${[...this.#names].join(', ')}`, this.#since(begun));
    }
  }

  #since(begun: number): string {
    return `${Math.round((this.#clock.now() - begun) / 1000)} s`;
  }
}
