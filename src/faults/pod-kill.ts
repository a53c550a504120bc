import * as z from 'zod';
import { faultKind } from './fault.ts';

const isCount = (value: unknown) => value === 'all' || (Number.isInteger(value) && Number(value) >= 1);

export const podKill = faultKind({
  kind: 'pod-kill',
  says: 'processes of the application die; Kubernetes starts them again',
  strikes: 'centres',
  needs: ['kill-pods'],
  momentary: true,
  leavesNothing: true,
  stacks: true,
  schema: z.strictObject({
    count: z.custom<number | 'all'>(isCount, 'expected a whole number from 1, or "all"').default(1),
  }),
  async inject(controls, centre, params) {
    const killed = await controls.centre(centre).killPods(params.count);
    if (killed === 0) throw new Error(`pod-kill: the application has no running pod in ${centre}`);
  },
  isInEffect: () => Promise.resolve(true),
  heal: () => Promise.resolve(),
});
