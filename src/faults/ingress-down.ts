import * as z from 'zod';
import { faultKind, requestFails } from './fault.ts';

export const ingressDown = faultKind({
  kind: 'ingress-down',
  says: 'the centre refuses connections: no ingress controller runs',
  strikes: 'centres',
  needs: ['stop-ingress'],
  schema: z.strictObject({}),
  inject: (controls, centre) => controls.centre(centre).stopIngress(),
  // Refused, or a timeout where another fault swallows all packets.
  isInEffect: (controls, centre) => requestFails(controls, centre),
  heal: (controls, centre) => controls.centre(centre).startIngress(),
});
