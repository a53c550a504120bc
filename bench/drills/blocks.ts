import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

interface Block {
  /** Processor time of the process, all its threads, ms. */
  readonly cpuMs: number;
  /** What the last drill says of itself. */
  readonly says: string;
}

/** Drills of one kind, in a process of their own, so that V8 compiles for them alone. It gets this one's V8 options. */
export class Drills {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #failed: Promise<never>;
  #next = 1;
  says = '';

  constructor(name: string, file: string, ...words: string[]) {
    this.name = name;
    this.#child = fork(new URL(file, import.meta.url), words);
    this.#failed = once(this.#child, 'exit').then(([code]) => {
      if (code === 0) return new Promise(() => {});
      throw new Error(`${name}: the process with the drills ended with ${code}`);
    });
  }

  /** The next `count` drills; milliseconds of processor time for one. */
  async run(count: number): Promise<number> {
    this.#child.send({ first: this.#next, count });
    this.#next += count;
    const told = once(this.#child, 'message').then(([block]) => block as Block);
    const { cpuMs, says } = await Promise.race([told, this.#failed]);
    this.says = says;
    return cpuMs / count;
  }

  end(): void {
    this.#child.disconnect();
  }
}

/** The other side of it: runs blocks of drills, of one seed after the other, for as long as it is asked. */
export function serveBlocks(drill: (seed: number) => Promise<string>): void {
  process.on('message', async ({ first, count }: { first: number; count: number }) => {
    const before = process.cpuUsage();
    let says = '';
    for (let seed = first; seed < first + count; seed++) says = await drill(seed);
    const { user, system } = process.cpuUsage(before);
    process.send?.({ cpuMs: (user + system) / 1000, says } satisfies Block);
  });
}
