import * as z from 'zod';
import { faultKind, requestShows } from './fault.ts';

export const clusterPause = faultKind({
  kind: 'cluster-pause',
  says: 'the whole cluster stands still: packets vanish, nothing is lost',
  strikes: 'centres',
  needs: ['pause-cluster'],
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).pause(),
  isInEffect: (controls, centre) => requestShows(controls, centre, ({ failure }) => failure === 'timeout'),
  heal: (controls, centre) => controls.centre(centre).unpause(),
});
