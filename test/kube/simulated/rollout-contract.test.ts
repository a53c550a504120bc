import { describe } from 'vitest';
import { timestamp } from '../../../src/kube/simulated/timestamps.ts';
import { type On, rolloutContract } from '../rollout-contract.ts';
import { inCluster } from './rig.ts';

const simulated: On = play =>
  inCluster(async rig => {
    await rig.boot();
    await play({
      client: rig.cluster.client('hub'),
      namespace: 'demo',
      time: () => timestamp(rig.clock.now()),
      sleep: ms => rig.clock.sleep(ms),
    });
  });

describe('simulated controllers', () => rolloutContract(simulated));
