import { expect, test } from 'vitest';
import { LabClock } from '../../src/lab/kind/lab-clock.ts';
import { RealClock } from '../../src/runtime/real-clock.ts';

test("a lab's times are whole milliseconds", async () => {
  const clock = new LabClock(new RealClock());
  await clock.sleep(3);
  expect(Number.isInteger(clock.now())).toBe(true);
  expect(clock.now()).toBeGreaterThanOrEqual(3);
});

test('when a lab is down, nothing that waited happens any more', async () => {
  const real = new RealClock();
  const clock = new LabClock(real);
  let fired = 0;
  clock.after(5, () => {
    fired += 1;
  });
  clock.stop();
  clock.after(0, () => {
    fired += 1;
  });
  await real.sleep(20);
  expect(fired).toBe(0);
});
