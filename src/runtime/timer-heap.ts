import type { VirtualTimer } from './timer-queue.ts';

/** A binary heap of timers by (time, sequence). */
export class TimerHeap {
  #heap: VirtualTimer[] = [];

  push(timer: VirtualTimer): void {
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1, timer);
  }

  peek(): VirtualTimer | undefined {
    return this.#heap[0];
  }

  pop(): VirtualTimer | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#down(0, last);
    return first;
  }

  /** Throws away what was cancelled. */
  sweep(): void {
    this.#heap = this.#heap.filter(timer => !timer.cancelled);
    // A sorted array is a heap.
    this.#heap.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
  }

  #up(from: number, timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as VirtualTimer;
      if (!before(timer, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #down(from: number, timer: VirtualTimer): void {
    const heap = this.#heap;
    const length = heap.length;
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= length) break;
      if (
        childIndex + 1 < length &&
        before(heap[childIndex + 1] as VirtualTimer, heap[childIndex] as VirtualTimer)
      ) {
        childIndex += 1;
      }
      const child = heap[childIndex] as VirtualTimer;
      if (!before(child, timer)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = timer;
  }
}

function before(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
