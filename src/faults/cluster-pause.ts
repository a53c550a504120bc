import * as z from 'zod';
import { faultKind, requestFails } from './fault.ts';

export const clusterPause = faultKind({
  kind: 'cluster-pause',
  says: 'the whole cluster stands still: packets vanish, nothing is lost',
  strikes: 'centres',
  needs: ['pause-cluster'],
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).pause(),
  isInEffect: (controls, centre) => requestFails(controls, centre, 'timeout'),
  heal: (controls, centre) => controls.centre(centre).unpause(),
});
