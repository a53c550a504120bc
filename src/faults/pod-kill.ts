import * as z from 'zod';
import { faultKind } from './fault.ts';

export const podKill = faultKind({
  kind: 'pod-kill',
  says: 'processes of the application die; Kubernetes starts them again',
  strikes: 'centres',
  needs: ['kill-pods'],
  momentary: true,
  stacks: true,
  schema: z.strictObject({ count: z.union([z.int().min(1), z.literal('all')]).default(1) }),
  async inject(controls, centre, params) {
    const killed = await controls.centre(centre).killPods(params.count);
    if (killed === 0) throw new Error(`pod-kill: the application has no running pod in ${centre}`);
  },
  isInEffect: () => Promise.resolve(true),
  heal: () => Promise.resolve(),
});
