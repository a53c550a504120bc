import { type Firing, fireOf, type Timer } from './clock.ts';

/** A timer in a heap. */
export class VirtualTimer implements Timer {
  readonly at: number;
  readonly sequence: number;
  readonly isSync: boolean;
  #heap: TimerHeap | undefined;
  #fire: (() => void) | Firing | undefined;

  constructor(heap: TimerHeap, at: number, sequence: number, fire: (() => void) | Firing, isSync: boolean) {
    this.#heap = heap;
    this.at = at;
    this.sequence = sequence;
    this.isSync = isSync;
    this.#fire = fire;
  }

  get cancelled(): boolean {
    return this.#fire === undefined;
  }

  fire(): void {
    const fire = this.#fire;
    this.#fire = undefined;
    this.#heap = undefined;
    if (fire !== undefined) fireOf(fire);
  }

  cancel(): void {
    if (this.#fire === undefined) return;
    this.#fire = undefined;
    this.#heap?.cancelled();
    this.#heap = undefined;
  }
}

/** A binary heap by (time, sequence). Cancelled timers stay until they surface or outnumber the others. */
export class TimerHeap {
  #heap: VirtualTimer[] = [];
  /** Timers that are waiting, without those that were cancelled. */
  live = 0;

  push(timer: VirtualTimer): void {
    this.live += 1;
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1, timer);
  }

  pop(): VirtualTimer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      const last = this.#heap.pop() as VirtualTimer;
      if (last !== first) this.#down(0, last);
      if (first.cancelled) continue;
      this.live -= 1;
      return first;
    }
  }

  cancelled(): void {
    this.live -= 1;
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.live) this.#compact();
  }

  #compact(): void {
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
