import * as z from 'zod';
import { faultKind, requestShows } from './fault.ts';

export const ingressDown = faultKind({
  kind: 'ingress-down',
  says: 'the centre refuses connections: no ingress controller runs',
  strikes: 'centres',
  needs: ['stop-ingress'],
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).stopIngress(),
  isInEffect: (controls, centre) => requestShows(controls, centre, ({ failure }) => failure === 'refused'),
  heal: (controls, centre) => controls.centre(centre).startIngress(),
});
