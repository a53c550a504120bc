import * as z from 'zod';
import { faultKind, requestFails } from './fault.ts';

export const clusterDisconnect = faultKind({
  kind: 'cluster-disconnect',
  says: 'the cluster is off the network: it runs on, and nothing gets in or out',
  strikes: 'centres',
  needs: ['disconnect-cluster'],
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).disconnect(),
  isInEffect: (controls, centre) => requestFails(controls, centre),
  heal: (controls, centre) => controls.centre(centre).connect(),
});
