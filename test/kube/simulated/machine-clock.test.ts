import { describe, expect, test } from 'vitest';
import { MachineClock } from '../../../src/kube/simulated/machine-clock.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';

/** Times at which timers of a machine fired, told by their names. */
function story(
  body: (machine: MachineClock, clock: VirtualClock, at: (ms: number, name: string) => void) => void,
) {
  const clock = new VirtualClock();
  const fired: string[] = [];
  return clock.run(async () => {
    const machine = new MachineClock(clock);
    body(machine, clock, (ms, name) => machine.after(ms, () => fired.push(`${name} at ${clock.now()}`)));
    await clock.sleep(1000);
    return fired;
  });
}

describe("a machine's clock", () => {
  test('fires at the thaw, in order, what fell due while it was frozen', async () => {
    const fired = await story((machine, clock, at) => {
      at(300, 'second');
      at(200, 'first');
      at(900, 'later');
      machine.freeze();
      clock.after(500, () => machine.thaw());
    });
    expect(fired).toEqual(['first at 500', 'second at 500', 'later at 900']);
  });

  test('fires nothing that was cancelled while it was frozen', async () => {
    const fired = await story((machine, clock, at) => {
      at(100, 'kept');
      const timer = machine.after(100, () => expect.unreachable());
      machine.freeze();
      clock.after(200, () => timer.cancel());
      clock.after(300, () => machine.thaw());
    });
    expect(fired).toEqual(['kept at 300']);
  });

  test('forgets at a reset what was pending, due or not, and goes on with what comes after', async () => {
    const fired = await story((machine, clock, at) => {
      at(100, 'due');
      at(400, 'pending');
      machine.freeze();
      clock.after(200, () => {
        machine.reset();
        machine.thaw();
        at(50, 'new');
      });
    });
    expect(fired).toEqual(['new at 250']);
  });

  test('lets a sleeper be woken by its signal', async () => {
    const clock = new VirtualClock();
    await clock.run(async () => {
      const aborting = new AbortController();
      clock.after(10, () => aborting.abort(new Error('enough')));
      await expect(new MachineClock(clock).sleep(100, aborting.signal)).rejects.toThrow('enough');
      expect(clock.now()).toBe(10);
    });
  });
});
