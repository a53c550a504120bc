import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as immediately } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Clock, Timer } from '../../src/runtime/clock.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

/** Programs that take no time, however long their chains of continuations are. */
const PROGRAMS: Readonly<Record<string, (clock: Clock) => Promise<unknown>>> = {
  'a chain of 10,000 awaits': async () => {
    for (let i = 0; i < 10_000; i += 1) await null;
  },

  'async functions called 2,000 deep': async () => {
    const descend = async (depth: number): Promise<number> =>
      depth === 0 ? 0 : 1 + (await descend(depth - 1));
    await descend(2000);
  },

  'async generators over async generators': async () => {
    async function* numbers() {
      for (let i = 0; i < 200; i += 1) yield i;
    }
    async function* through(source: AsyncIterable<number>): AsyncIterable<number> {
      for await (const item of source) yield item;
    }
    let source: AsyncIterable<number> = numbers();
    for (let layer = 0; layer < 20; layer += 1) source = through(source);
    for await (const _ of source);
  },

  'races against timeouts that lose': async clock => {
    for (let i = 0; i < 300; i += 1) {
      const abort = new AbortController();
      const timeout = clock.sleep(1, abort.signal).catch(() => {});
      await Promise.race([timeout, Promise.resolve().then(() => Promise.resolve())]);
      abort.abort();
      await timeout;
    }
  },

  'node streams, piped with the smallest buffers': async () => {
    const chunks = Readable.from(Array.from({ length: 200 }, (_, i) => String(i)));
    const slow = new Transform({
      highWaterMark: 1,
      transform: (chunk, _, done) => void Promise.resolve(chunk).then(value => done(null, value)),
    });
    const end = new PassThrough({ highWaterMark: 1 });
    end.resume();
    await pipeline(chunks, slow, new PassThrough({ highWaterMark: 1 }), end);
  },

  'a loop of nextTicks': () =>
    new Promise<void>(resolve => {
      let left = 1000;
      const tick = () => (left-- > 0 ? process.nextTick(tick) : resolve());
      tick();
    }),

  'a loop of microtasks': () =>
    new Promise<void>(resolve => {
      let left = 1000;
      const tick = () => (left-- > 0 ? queueMicrotask(tick) : resolve());
      tick();
    }),

  'nextTicks and promises in turn': async () => {
    for (let i = 0; i < 300; i += 1) {
      await new Promise<void>(resolve => process.nextTick(resolve));
      await Promise.all([Promise.resolve(), new Promise<void>(resolve => queueMicrotask(resolve))]);
    }
  },

  'thenables that answer with thenables': async () => {
    const thenable = (depth: number): PromiseLike<number> => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise is what is tried here
      then: (resolve: ((value: number) => unknown) | null | undefined) => {
        queueMicrotask(() => resolve?.(depth === 0 ? 0 : (thenable(depth - 1) as never)));
        return undefined as never;
      },
    });
    await thenable(300);
  },

  'setImmediate inside setImmediate': () =>
    new Promise<void>(resolve => {
      let left = 50;
      const again = () => (left-- > 0 ? setImmediate(again) : resolve());
      again();
    }),

  'setImmediate as a promise, between awaits': async () => {
    for (let i = 0; i < 50; i += 1) {
      await immediately();
      for (let j = 0; j < 20; j += 1) await null;
    }
  },
};

/** Time that passes while `program` runs in the middle of a busy clock; 0 when it never runs ahead of it. */
async function timeTaken(clock: Clock, program: (clock: Clock) => Promise<unknown>): Promise<number> {
  const tick = () => void clock.after(1, tick);
  tick();
  await clock.sleep(10);
  const before = clock.now();
  await program(clock);
  return clock.now() - before;
}

describe('time waits for', () => {
  test.each(Object.entries(PROGRAMS))('%s', async (_, program) => {
    const clock = new VirtualClock();
    expect(await clock.run(() => timeTaken(clock, program))).toBe(0);
  });

  test.each(Object.entries(PROGRAMS))('%s, also when no timer is left', async (_, program) => {
    const clock = new VirtualClock();
    await clock.run(() => program(clock));
    expect(clock.now()).toBe(0);
  });

  test('all of them at once', async () => {
    const clock = new VirtualClock();
    await clock.run(async () => {
      const taken = await Promise.all(
        Object.values(PROGRAMS).map(async (program, index) => {
          await clock.sleep(index);
          const before = clock.now();
          await program(clock);
          return clock.now() - before;
        }),
      );
      expect(taken).toEqual(taken.map(() => 0));
    });
  });
});

describe('a clock that awaits a fixed number of times runs ahead of', () => {
  test.each(Object.entries(PROGRAMS))('%s', async (_, program) => {
    const clock = new NaiveClock(10);
    const taken = timeTaken(clock, program);
    await clock.drive(2000);
    expect(await taken).toBeGreaterThan(0);
  });
});

/** How not to do it: hopes that ten turns of the microtask queue are enough. */
class NaiveClock implements Clock {
  readonly #turns: number;
  #now = 0;
  #timers: { at: number; fire: () => void }[] = [];

  constructor(turns: number) {
    this.#turns = turns;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void): Timer {
    const timer = { at: this.#now + ms, fire };
    this.#timers.push(timer);
    const cancel = () => {
      this.#timers = this.#timers.filter(other => other !== timer);
    };
    return { cancel };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }

  async drive(events: number): Promise<void> {
    for (let event = 0; event < events; event += 1) {
      for (let turn = 0; turn < this.#turns; turn += 1) await null;
      const next = this.#timers.reduce((a, b) => (b.at < a.at ? b : a));
      this.#timers = this.#timers.filter(timer => timer !== next);
      this.#now = next.at;
      next.fire();
    }
  }
}
