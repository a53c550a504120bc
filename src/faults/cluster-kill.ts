import * as z from 'zod';
import { faultKind, requestFails } from './fault.ts';

export const clusterKill = faultKind({
  kind: 'cluster-kill',
  says: 'the power of the cluster goes: nothing is told to end; it starts anew when healed',
  strikes: 'centres',
  needs: ['kill-cluster'],
  takes: 'power',
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).kill(),
  isInEffect: (controls, centre) => requestFails(controls, centre),
  heal: (controls, centre) => controls.centre(centre).start(),
});
