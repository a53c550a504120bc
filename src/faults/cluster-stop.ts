import * as z from 'zod';
import { faultKind, requestFails } from './fault.ts';

export const clusterStop = faultKind({
  kind: 'cluster-stop',
  says: 'the machines of the cluster are shut down; they start anew when healed',
  strikes: 'centres',
  needs: ['stop-cluster'],
  takes: 'power',
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).stop(),
  isInEffect: (controls, centre) => requestFails(controls, centre),
  heal: (controls, centre) => controls.centre(centre).start(),
});
