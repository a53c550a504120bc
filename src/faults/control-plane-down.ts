import * as z from 'zod';
import { apiIsDown, faultKind } from './fault.ts';

export const controlPlaneDown = faultKind({
  kind: 'control-plane-down',
  says: 'the Kubernetes API and its controllers are gone; pods and ingress run on',
  strikes: 'centres',
  needs: ['stop-control-plane'],
  schema: z.strictObject({}),
  meetsClients: () => false,
  inject: (controls, centre) => controls.centre(centre).stopControlPlane(),
  isInEffect: (controls, centre) => apiIsDown(controls.centre(centre).kube),
  heal: (controls, centre) => controls.centre(centre).startControlPlane(),
});
