import { TimerHeap } from './timer-heap.ts';
import type { VirtualTimer } from './virtual-timer.ts';

/** How far ahead timers are near, ms: nearly all of a drill's are. A power of 2. */
const NEAR_MS = 1024;
const WORDS = NEAR_MS / 32;

/**
 * Timers by time; those of one time in the order in which they came. Those of the next second wait in a ring of one
 * list a millisecond, where a heap would compare each with several others; those that are farther wait in a heap.
 */
export class TimerQueue {
  /** By time, modulo the ring's length: the first and the last of each millisecond. */
  readonly #first = new Array<VirtualTimer | undefined>(NEAR_MS);
  readonly #last = new Array<VirtualTimer | undefined>(NEAR_MS);
  /** A bit for each list that is not empty. */
  readonly #filled = new Int32Array(WORDS);
  readonly #far = new TimerHeap();
  /** No far timer becomes near before. */
  #quietUntil = Number.POSITIVE_INFINITY;
  /** No timer is earlier; the near ones are less than a ring's length later. */
  #from = 0;
  /** Those that are near, with those that were cancelled. */
  #near = 0;
  /** As soon as there are so many, those that were cancelled are looked for. */
  #room = NEAR_MS;

  push(timer: VirtualTimer): void {
    if (this.#near + this.#far.size >= this.#room) this.#sweep();
    if (timer.at - this.#from < NEAR_MS) {
      this.#append(timer);
      return;
    }
    this.#far.push(timer);
    this.#quietUntil = Math.min(this.#quietUntil, timer.at - NEAR_MS + 1);
  }

  pop(): VirtualTimer | undefined {
    for (;;) {
      const slot = this.#nextFilled();
      if (slot < 0) {
        const farther = this.#far.peek();
        if (farther === undefined) return undefined;
        this.#moveTo(farther.at);
        continue;
      }
      const timer = this.#take(slot);
      if (timer.cancelled) continue;
      this.#moveTo(timer.at);
      return timer;
    }
  }

  /** How many timers are waiting; counts them, for tests. */
  get live(): number {
    let live = this.#far.live;
    for (const first of this.#first) {
      for (let timer = first; timer !== undefined; timer = timer.next) if (!timer.cancelled) live += 1;
    }
    return live;
  }

  /** Cancelled timers stay until they surface, or until there are twice as many timers as the last sweep has left. */
  #sweep(): void {
    this.#far.sweep();
    const near: VirtualTimer[] = [];
    for (let slot = this.#nextFilled(); slot >= 0; slot = this.#nextFilled()) near.push(this.#take(slot));
    for (const timer of near) if (!timer.cancelled) this.#append(timer);
    this.#room = NEAR_MS + 2 * (this.#near + this.#far.size);
  }

  /** Time has come so far: what was far before may be near now, and comes before what is still to be pushed. */
  #moveTo(time: number): void {
    this.#from = time;
    if (time < this.#quietUntil) return;
    let next = this.#far.peek();
    for (; next !== undefined && next.at - time < NEAR_MS; next = this.#far.peek())
      this.#append(this.#far.pop() as VirtualTimer);
    this.#quietUntil = next === undefined ? Number.POSITIVE_INFINITY : next.at - NEAR_MS + 1;
  }

  #append(timer: VirtualTimer): void {
    this.#near += 1;
    const slot = timer.at & (NEAR_MS - 1);
    const last = this.#last[slot];
    this.#last[slot] = timer;
    if (last !== undefined) last.next = timer;
    else {
      this.#first[slot] = timer;
      this.#filled[slot >> 5] = (this.#filled[slot >> 5] as number) | (1 << (slot & 31));
    }
  }

  /** The first of a list that is not empty. */
  #take(slot: number): VirtualTimer {
    this.#near -= 1;
    const timer = this.#first[slot] as VirtualTimer;
    this.#first[slot] = timer.next;
    if (timer.next === undefined) {
      this.#last[slot] = undefined;
      this.#filled[slot >> 5] = (this.#filled[slot >> 5] as number) & ~(1 << (slot & 31));
    } else timer.next = undefined;
    return timer;
  }

  /** The list that comes next from `#from` on; -1 when all are empty. */
  #nextFilled(): number {
    const start = this.#from & (NEAR_MS - 1);
    let word = start >> 5;
    let bits = (this.#filled[word] as number) & (-1 << (start & 31));
    // The word that it starts in is looked at twice: its later half first, its earlier half last.
    for (let count = 0; count <= WORDS; count += 1) {
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
      word = (word + 1) & (WORDS - 1);
      bits = this.#filled[word] as number;
    }
    return -1;
  }
}
