import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

const never = () => new Promise<never>(() => {});

describe('timers', () => {
  test('fire in the order of their times, those of one time in the order of their making', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const fire = (name: string) => () => fired.push(`${name}@${clock.now()}`);
    clock.after(20, fire('c'));
    clock.after(10, fire('a'));
    clock.after(10, fire('b'));
    clock.after(-5, fire('at once'));
    await clock.run(() => clock.sleep(30));
    expect(fired).toEqual(['at once@0', 'a@10', 'b@10', 'c@20']);
  });

  test('round up to whole milliseconds', async () => {
    const clock = new VirtualClock();
    await clock.run(() => clock.sleep(0.2));
    expect(clock.now()).toBe(1);
  });

  test('take hours in no time', async () => {
    const clock = new VirtualClock();
    await clock.run(() => clock.sleep(24 * 3_600_000));
    expect(clock.now()).toBe(86_400_000);
  });

  test('at infinity never fire', async () => {
    const clock = new VirtualClock();
    const timer = clock.after(Number.POSITIVE_INFINITY, () => {});
    expect(clock.pending).toBe(0);
    timer.cancel();
    expect(clock.pending).toBe(0);
  });

  test('without a number of milliseconds are refused', async () => {
    const clock = new VirtualClock();
    expect(() => clock.after(Number.NaN, () => {})).toThrow('after(NaN)');
    await expect(clock.sleep(Number.NaN)).rejects.toThrow('after(NaN)');
  });

  test('that are cancelled do not fire, also when cancelled twice, late, or by one of the same time', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const timers = [1, 1, 2].map((ms, index) => clock.after(ms, () => fired.push(index)));
    clock.after(0, () => timers[1]?.cancel());
    timers[2]?.cancel();
    timers[2]?.cancel();
    await clock.run(() => clock.sleep(5));
    timers[0]?.cancel();
    expect(fired).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  test('fire as a sorted list says, whatever is made and cancelled when', async () => {
    // Near, far, and where the one becomes the other.
    const delays = fc.oneof(fc.nat(8), fc.integer({ min: 1016, max: 1032 }), fc.nat(5000));
    const step = fc.record({ delay: delays, cancels: fc.option(fc.nat(60)), nested: delays });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const clock = new VirtualClock();
        const made: { at: number; order: number; cancelled: boolean }[] = [];
        const fired: number[] = [];
        const timers: { cancel(): void }[] = [];
        const make = (ms: number, then?: () => void) => {
          const order = made.length;
          made.push({ at: clock.now() + ms, order, cancelled: false });
          timers.push(
            clock.after(ms, () => {
              fired.push(order);
              then?.();
            }),
          );
        };
        for (const { delay, cancels, nested } of steps) {
          make(delay, () => make(nested));
          const target = cancels === null ? undefined : made[cancels];
          if (target !== undefined) {
            target.cancelled = true;
            timers[target.order]?.cancel();
          }
        }
        await clock.run(() => clock.sleep(20_000));
        const expected = made
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.at - b.at || a.order - b.order)
          .map(({ order }) => order);
        expect(fired).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test.each([500, 5000])(
    'of one time (%i ms) stay in order, however many between them are cancelled',
    async ms => {
      const clock = new VirtualClock();
      const fired: number[] = [];
      for (let i = 0; i < 30; i += 1) {
        clock.after(ms, () => fired.push(i));
        for (let j = 0; j < 300; j += 1) clock.after((j % 2) * 5000, () => {}).cancel();
      }
      await clock.run(() => clock.sleep(10_000));
      expect(fired).toEqual(Array.from({ length: 30 }, (_, i) => i));
    },
  );

  test('that are cancelled are forgotten, and what they hold', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const clock = new VirtualClock();
    clock.after(1_000_000, () => {});
    const hold = (big: unknown) => clock.after(500_000, () => void big).cancel();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100_000; i += 1) hold(new Array(100).fill(i));
    const near: string[] = [];
    for (const ms of [700, 3, 3]) clock.after(ms, () => near.push(`${ms}@${clock.now()}`));
    for (let i = 0; i < 100_000; i += 1) clock.after(i % 1000, () => void new Array(100)).cancel();
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10e6);
    expect(clock.pending).toBe(4);
    await clock.run(() => clock.sleep(1000));
    expect(near).toEqual(['3@3', '3@3', '700@700']);
  });
});

describe('sleep', () => {
  test('ends with the reason of a signal that aborts, and leaves neither timer nor listener', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    await clock.run(async () => {
      clock.after(10, () => controller.abort(new Error('enough')));
      await expect(clock.sleep(1000, controller.signal)).rejects.toThrow('enough');
      expect(clock.now()).toBe(10);
      expect(clock.pending).toBe(0);
      await expect(clock.sleep(1000, controller.signal)).rejects.toThrow('enough');
    });
  });

  test('that ends by itself lets go of its signal', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    await clock.run(() => clock.sleep(5, signal));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('run', () => {
  test('gives what the program gives, and its errors', async () => {
    expect(await new VirtualClock().run(async () => 42)).toBe(42);
    const failing = new VirtualClock().run(async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const throwing = new VirtualClock().run(() => {
      throw new Error('at once');
    });
    await expect(throwing).rejects.toThrow('at once');
  });

  test('fails when the program waits and no timer is left', async () => {
    const clock = new VirtualClock();
    const stuck = clock.run(async () => {
      await clock.sleep(1500);
      await never();
    });
    await expect(stuck).rejects.toThrow('deadlock at 1500 ms of virtual time');
  });

  test.each([undefined, 'sync'] as const)(
    'fails likewise when all that are left are cancelled (%s)',
    async manner => {
      const clock = new VirtualClock();
      clock.after(3, () => {}, manner);
      for (const ms of [500, 5000]) clock.after(ms, () => {}).cancel();
      await expect(clock.run(() => never())).rejects.toThrow('deadlock at 3 ms of virtual time');
    },
  );

  test('fails with what a timer throws', async () => {
    const clock = new VirtualClock();
    clock.after(7, () => {
      throw new Error('broken callback');
    });
    await expect(clock.run(() => clock.sleep(10))).rejects.toThrow('broken callback');
    expect(clock.now()).toBe(7);
  });

  test('drops the timers that are left when the program is done', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const late = clock.after(10, () => fired.push('late'));
    await clock.run(() => clock.sleep(5));
    late.cancel();
    expect(clock.pending).toBe(0);
    await clock.run(() => clock.sleep(100));
    expect(fired).toEqual([]);
    expect(clock.now()).toBe(105);
  });

  test('gives up at its limits', async () => {
    const forever = (clock: VirtualClock, ms: number) => {
      const tick = () => clock.after(ms, tick);
      return clock.run(async () => {
        tick();
        await never();
      });
    };
    await expect(forever(new VirtualClock({ maxEvents: 1000 }), 0)).rejects.toThrow(
      'more than 1000 timers fired (at 0 ms of virtual time)',
    );
    await expect(forever(new VirtualClock({ maxTime: 5000 }), 300)).rejects.toThrow(
      'virtual time would pass its limit of 5000 ms (at 4800 ms)',
    );
  });

  test('is one at a time on one clock', async () => {
    const clock = new VirtualClock();
    await clock.run(async () => {
      await expect(clock.run(async () => {})).rejects.toThrow('running already');
    });
  });

  test('goes on side by side on several clocks', async () => {
    const drill = async (ms: number) => {
      const clock = new VirtualClock();
      await clock.run(async () => {
        for (let i = 0; i < 500; i += 1) await clock.sleep(ms);
      });
      return clock.now();
    };
    expect(await Promise.all([drill(1), drill(2), drill(3)])).toEqual([500, 1000, 1500]);
  });
});
