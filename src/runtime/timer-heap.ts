import type { VirtualTimer } from './virtual-timer.ts';

/** A timer, and how many came before it. */
interface Entry {
  readonly timer: VirtualTimer;
  readonly order: number;
}

/** A binary heap of timers by time; those of one time in the order in which they came. */
export class TimerHeap {
  #heap: Entry[] = [];
  #came = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(timer: VirtualTimer): void {
    const entry = { timer, order: this.#came++ };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1, entry);
  }

  /** The earliest, once those that were cancelled are thrown away. */
  peek(): VirtualTimer | undefined {
    while (this.#heap[0]?.timer.cancelled) this.pop();
    return this.#heap[0]?.timer;
  }

  pop(): VirtualTimer | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#down(0, last);
    return first?.timer;
  }

  /** Timers that are waiting, without those that were cancelled. */
  get live(): number {
    return this.#heap.reduce((live, { timer }) => live + (timer.cancelled ? 0 : 1), 0);
  }

  /** Throws away what was cancelled. */
  sweep(): void {
    const live = this.#heap.filter(({ timer }) => !timer.cancelled);
    if (live.length === this.#heap.length) return;
    this.#heap = live;
    // A sorted array is a heap.
    this.#heap.sort((a, b) => a.timer.at - b.timer.at || a.order - b.order);
  }

  #up(from: number, entry: Entry): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Entry;
      if (!before(entry, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #down(from: number, entry: Entry): void {
    const heap = this.#heap;
    const length = heap.length;
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= length) break;
      if (childIndex + 1 < length && before(heap[childIndex + 1] as Entry, heap[childIndex] as Entry)) {
        childIndex += 1;
      }
      const child = heap[childIndex] as Entry;
      if (!before(child, entry)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = entry;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.timer.at < b.timer.at || (a.timer.at === b.timer.at && a.order < b.order);
}
