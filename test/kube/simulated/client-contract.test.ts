import { describe } from 'vitest';
import { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { simulatedClient } from '../../../src/kube/simulated/client.ts';
import { simulatedNetwork } from '../../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { clientContract, type On } from '../client-contract.ts';
import { configMap, NAMESPACE } from './server.ts';

const namespace = 'demo';

/** The hub's client of a fresh cluster that is 20 ms away. */
const simulated: On = play => () => {
  const clock = new VirtualClock();
  const network = simulatedNetwork(clock, seededRandom(1));
  network.rule('*', '*', { latencyMs: 20 });
  const api = new ApiServer(clock, 'cluster1-beijing', { freeze: true });
  api.collector.start();
  api.create({ ...NAMESPACE, metadata: { name: namespace } });
  const places = { from: 'hub', to: api.cluster };
  const client = simulatedClient({ ...places, network, timeoutMs: 5000, api: () => api });
  const forgottenVersion = async () => {
    const { resourceVersion } = api;
    for (let i = 0; i < 2500; i++) api.create(configMap(`filler-${i}`));
    return resourceVersion;
  };
  return clock.run(() => play({ client, namespace, forgottenVersion }));
};

describe('the simulated client', () => clientContract(simulated));
