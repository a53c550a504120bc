import { expect, test } from 'vitest';
import { loadScenario } from '../../src/drill/scenario.ts';
import { simulatedLab } from '../../src/lab/simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

test('a link of the topology holds in both directions, for each centre of a city, over the links before it', async () => {
  const { topology, clients } = loadScenario('steady');
  const clock = new VirtualClock();
  const link = { jitter: 0, loss: 0 };
  const lab = simulatedLab({
    topology: {
      ...topology,
      links: [
        { ...link, from: '*', to: '*', latency: 5 },
        { ...link, from: 'clients', to: 'beijing', latency: 40 },
        { ...link, from: 'cluster2-beijing', to: 'clients', latency: 70 },
      ],
    },
    clock,
    random: seededRandom(1),
    application: { namespace: 'demo', name: 'web-demo', host: clients.name, path: '/', port: 80 },
    vantagePoints: [],
  });
  await clock.run(async () => {
    await lab.up(() => {});
    const roundTrip = async (centre: string) => {
      const sent = clock.now();
      const attempt = { from: 'clients/people', address: lab.addressOf(centre), port: 80, timeoutMs: 1000 };
      await new Promise<unknown>(resolve => lab.network.tcp(attempt, resolve));
      return clock.now() - sent;
    };
    expect(await roundTrip('cluster1-beijing')).toBe(2 * 40);
    expect(await roundTrip('cluster2-beijing')).toBe(2 * 70);
    expect(await roundTrip('cluster1-hangzhou')).toBe(2 * 5);
  });
});
