import { describe, expect, test } from 'vitest';
import { RealClock } from '../../src/runtime/real-clock.ts';

describe('the real clock', () => {
  test('starts at 0 and goes on', async () => {
    const clock = new RealClock();
    expect(clock.now()).toBeLessThan(1000);
    const before = clock.now();
    await clock.sleep(3);
    expect(clock.now() - before).toBeGreaterThanOrEqual(3);
  });

  test('never fires early, nor in the call', async () => {
    const clock = new RealClock();
    for (const ms of [0, 0.3, 1, 2]) {
      const due = clock.now() + ms;
      let returned = false;
      await new Promise<void>(resolve => {
        clock.after(ms, () => {
          expect(returned).toBe(true);
          expect(clock.now()).toBeGreaterThanOrEqual(due);
          resolve();
        });
        returned = true;
      });
    }
  });

  test('waits for longer than Node can in one timer', async () => {
    const clock = new RealClock();
    let fired = false;
    const timer = clock.after(2 ** 31 + 1000, () => {
      fired = true;
    });
    await clock.sleep(5);
    timer.cancel();
    expect(fired).toBe(false);
  });

  test('does not fire what is cancelled', async () => {
    const clock = new RealClock();
    let fired = false;
    clock
      .after(1, () => {
        fired = true;
      })
      .cancel();
    await clock.sleep(4);
    expect(fired).toBe(false);
  });

  test('lets a signal end a sleep', async () => {
    const clock = new RealClock();
    const controller = new AbortController();
    const sleep = clock.sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
  });
});
