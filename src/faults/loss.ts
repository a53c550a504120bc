import * as z from 'zod';
import { share } from '../runtime/yaml.ts';
import { faultKind } from './fault.ts';
import { isFromClients, linkFields, shapeLinks } from './links.ts';

export const loss = faultKind({
  kind: 'loss',
  says: 'a share of the packets between the centre and some places is lost',
  strikes: 'centres',
  needs: ['shape-links'],
  stacks: true,
  schema: z.strictObject({ ...linkFields, share }),
  meetsClients: ({ from }, population) => isFromClients(from, population),
  inject: (controls, centre, params, label) =>
    shapeLinks(controls, label, centre, params, { loss: params.share }),
  isInEffect: () => Promise.resolve(true),
  heal: (controls, _centre, _undo, label) => controls.restoreLinks(label),
});
