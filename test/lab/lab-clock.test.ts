import { expect, test } from 'vitest';
import { LabClock } from '../../src/lab/kind/lab-clock.ts';
import { type Clock, fireOf } from '../../src/runtime/clock.ts';
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

test('it sees by how much, at most, its timers were late', async () => {
  let time = 0;
  const due: Parameters<Clock['after']>[1][] = [];
  const clock = new LabClock({
    now: () => time,
    after: (_ms, fire) => {
      due.push(fire);
      return { cancel() {} };
    },
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
  });
  const fireAt = (at: number) => {
    time = at;
    for (const fire of due.splice(0)) fireOf(fire);
  };
  clock.after(10, () => {});
  fireAt(500);
  const lateness = clock.watchLateness();
  expect(lateness()).toBe(0);
  clock.after(10, () => {});
  clock.after(12, () => {});
  fireAt(525.5);
  expect(lateness()).toBe(16);
});
