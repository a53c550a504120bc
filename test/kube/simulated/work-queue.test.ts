import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/kube/client.ts';
import { WorkQueue } from '../../../src/kube/simulated/controllers/work-queue.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';

/** Reconciles of a queue with a reaction time of 10 ms, as `key at time`. */
function story(
  body: (queue: WorkQueue, clock: VirtualClock) => void,
  reconcile: (key: string, attempt: number) => void = () => {},
) {
  const clock = new VirtualClock();
  const done: string[] = [];
  const queue = new WorkQueue({
    clock,
    random: seededRandom(1),
    reaction: { min: 10, max: 10 },
    retry: { first: 5, limit: 20 },
    reconcile: key => {
      done.push(`${key} at ${clock.now()}`);
      reconcile(key, done.length);
    },
  });
  queue.start();
  return clock.run(async () => {
    body(queue, clock);
    await clock.sleep(1000);
    return done;
  });
}

describe('a work queue', () => {
  test('reconciles once what became dirty often, all together, in order', async () => {
    const done = await story((queue, clock) => {
      queue.add('b');
      clock.after(5, () => queue.add('a'));
      clock.after(6, () => queue.add('b'));
      clock.after(11, () => queue.add('b'));
    });
    expect(done).toEqual(['b at 10', 'a at 10', 'b at 21']);
  });

  test('tries again, later each time, what the API refused', async () => {
    const refuse = (_: string, attempt: number): void => {
      if (attempt < 5) throw new ApiError('Conflict', 409, 'changed meanwhile');
    };
    const done = await story(queue => queue.add('a'), refuse);
    expect(done).toEqual(['a at 10', 'a at 25', 'a at 45', 'a at 75', 'a at 105']);
  });

  test('does not hide other errors', async () => {
    const fail = (): void => {
      throw new Error('a bug');
    };
    await expect(story(queue => queue.add('a'), fail)).rejects.toThrow('a bug');
  });

  test('forgets everything when it stops, and takes nothing until it starts', async () => {
    const done = await story((queue, clock) => {
      queue.addAfter('late', 50);
      clock.after(20, () => queue.stop());
      clock.after(30, () => queue.add('ignored'));
      clock.after(100, () => queue.start());
      clock.after(101, () => queue.add('a'));
    });
    expect(done).toEqual(['a at 111']);
  });

  test('keeps one delayed addition for a key, the latest', async () => {
    const done = await story(queue => {
      queue.addAfter('a', 50);
      queue.addAfter('a', 100);
      queue.addAfter('b', 70);
      queue.cancelDelayed('b');
    });
    expect(done).toEqual(['a at 110']);
  });
});
