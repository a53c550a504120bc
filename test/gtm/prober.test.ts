import { expect, test } from 'vitest';
import type { PingMonitor } from '../../src/gtm/model.ts';
import { Prober } from '../../src/gtm/prober.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

const monitor: PingMonitor = {
  protocol: 'PING',
  evaluationCount: 1,
  recoverySuccesses: 1,
  failureRate: 50,
  interval: 15_000,
  timeout: 5000,
  nodes: ['n'],
  port: 0,
  packets: 100,
  failsFromLoss: 50,
};

test('echo requests that take longer than an interval do not pile up, and end with the checks', async () => {
  const clock = new VirtualClock();
  const journal = new MemoryJournal();
  let [underWay, most, ended] = [0, 0, 0];
  const prober = new Prober(
    {
      clock,
      journal,
      random: seededRandom(1),
      network: simulatedNetwork(clock, seededRandom(1)),
      centreOf: () => undefined,
      ping: (_, done) => {
        underWay += 1;
        most = Math.max(most, underWay);
        clock.after(50_000, () => {
          underWay -= 1;
          done(0);
        });
        return () => {
          ended += 1;
        };
      },
    },
    () => {},
  );
  await clock.run(async () => {
    prober.check([{ key: 'k', address: '203.0.113.10', monitor }]);
    await clock.sleep(280_000);
    expect(most).toBe(1);
    expect(journal.events.length).toBeGreaterThan(3);
    expect([underWay, ended]).toEqual([1, 0]);
    prober.stop();
    expect(ended).toBe(1);
  });
});
