import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { WatchedClock } from './watched-drill.ts';

test('a synchronous timer that settles a promise is seen', async () => {
  const virtual = new VirtualClock();
  const clock = new WatchedClock(virtual);
  clock.hook.enable();
  await virtual.run(() => new Promise<void>(resolve => clock.after(1, resolve, 'sync')));
  clock.hook.disable();
  expect(clock.promises).toBeGreaterThan(0);
});
