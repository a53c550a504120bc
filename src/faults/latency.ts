import * as z from 'zod';
import { duration } from '../runtime/yaml.ts';
import { faultKind } from './fault.ts';
import { isFromClients, linkFields, shapeLinks } from './links.ts';

export const latency = faultKind({
  kind: 'latency',
  says: 'packets between the centre and some places take longer',
  strikes: 'centres',
  needs: ['shape-links'],
  stacks: true,
  schema: z.strictObject({ ...linkFields, latency: duration, jitter: duration.default(0) }),
  meetsClients: ({ from }, population) => isFromClients(from, population),
  inject: (controls, centre, params, label) =>
    shapeLinks(controls, label, centre, params, {
      latencyMs: params.latency,
      jitterMs: params.jitter,
    }),
  isInEffect: () => Promise.resolve(true),
  heal: (controls, _centre, _undo, label) => controls.restoreLinks(label),
});
